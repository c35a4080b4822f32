"""Fields and widgets of the desk's forms."""

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.html import format_html
from django.utils.safestring import SafeString

from episodes import artwork
from episodes.categories import CATEGORIES, parts
from episodes.models import Episode
from media_pipeline import transcripts
from media_pipeline.models import MediaAsset

MOST_TRANSCRIPT = 20 * 2**20  # bytes
TRANSCRIPTS = ".vtt,.srt,.sbv,.json,.ttml,.dfxp,.txt,.md,.html"


class SeasonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.show}: {obj}"


class TranscriptField(forms.FileField):
    """A file that was read: its `parsed` stands on the uploaded file."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.FileInput(attrs={"accept": TRANSCRIPTS})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file: Any = super().clean(data, initial)
        if not file:
            return None
        if file.size > MOST_TRANSCRIPT:
            raise ValidationError(f"The file is larger than {MOST_TRANSCRIPT >> 20} MB.")
        try:
            file.parsed = transcripts.parse(file.read(), name=file.name)
        except transcripts.Malformed as error:
            raise ValidationError(str(error)) from error
        if not file.parsed.cues:
            raise ValidationError("Nothing is said in this file.")
        return file


class NumberInput(forms.NumberInput):
    """12 or 12.5, without zeros at the end."""

    def format_value(self, value: Any) -> str | None:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else super().format_value(value)


class NextNumberInput(NumberInput):
    """The number of a new episode follows its show while nobody has typed another one."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        return format_html('<episode-number next="{}">{}</episode-number>', json.dumps(next_numbers()), field)


def next_numbers() -> dict[int, str]:
    """Show -> the next whole number of its episodes."""
    highest = Episode.objects.values("show").annotate(last=Max("number")).values_list("show", "last")
    return {show: str(int(last or Decimal(0)) + 1) for show, last in highest}


def _category_select(label: str) -> forms.Select:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in CATEGORIES:
        groups.setdefault(parts(name)[0], []).append((name, parts(name)[1] or name))
    return forms.Select(attrs={"aria-label": label}, choices=[("", "–"), *groups.items()])


class CategoriesWidget(forms.MultiWidget):
    """A select for each place: what counts most comes first, with or without JavaScript."""

    def __init__(self) -> None:
        labels = ("First, which counts most", "Second", "Third")
        super().__init__([_category_select(label) for label in labels])

    def decompress(self, value: Any) -> list[str]:
        return value or []


class CategoriesField(forms.Field):
    """Up to three of Apple's categories, in their order."""

    widget = CategoriesWidget

    def to_python(self, value: Any) -> list[str]:
        chosen = [name for name in value or [] if name]
        return list(dict.fromkeys(chosen))

    def validate(self, value: Any) -> None:
        if unknown := [name for name in value if name not in CATEGORIES]:
            raise ValidationError(f"“{unknown[0]}” is none of Apple's categories.")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


def measured(form: Any, field: str) -> MediaAsset | None:
    """The chosen image, for a form's clean method. One that was there before is left to the linter: an old show can be edited all the same."""
    picture: MediaAsset | None = form.cleaned_data[field]
    if picture and field in form.changed_data and (found := list(artwork.unusable(picture))):
        raise ValidationError([*found, artwork.FIX])
    return picture
