import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.generics import BaseInlineFormSet, ModelForm
from core.markdown import MarkdownTooComplex, render_inline
from core.widgets import PlainTextarea
from episodes import artwork
from episodes.brought import chapters as chapters_in
from episodes.categories import CATEGORIES, parts
from episodes.chapters import Unreadable, read_chapters, read_soundbites
from episodes.models import Episode, EpisodeCredit, Show, ShowCredit
from media_pipeline import transcripts
from media_pipeline.models import MediaAsset
from publishing.forms import MomentField, PublishableForm

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


class EpisodeForm(PublishableForm[Episode]):
    begins_with = "title"

    public_at = MomentField(
        label="For everybody from",
        help_text="Members hear it from its publication on, everybody else from then. Left empty: all at once.",
    )
    transcript_file = TranscriptField(
        label="Transcript",
        help_text="VTT, SRT, SBV, JSON, TTML or text. It takes the place of what is attached.",
    )

    class Meta:
        model = Episode
        fields = "__all__"
        labels = {"body": "Show notes"}
        help_texts = {
            "topics": "What it is about: two or three. They make the topic pages and what is related.",
            "explicit": "Strong language or content for adults.",
        }
        widgets = {
            "title": forms.TextInput(attrs={"class": "vLargeTextField headline"}),
            "explicit": forms.Select(choices=[("", "As the show says"), ("true", "Yes"), ("false", "No")]),
            "chapters": PlainTextarea(
                attrs={"rows": 8, "class": "vLargeTextField lines", "spellcheck": "false"}
            ),
            "soundbites": PlainTextarea(
                attrs={"rows": 3, "class": "vLargeTextField lines", "spellcheck": "false"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "number" in self.fields:
            widget = NumberInput if self.instance.pk else NextNumberInput
            self.fields["number"].widget = widget(attrs={"step": "any", "min": 0})

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        try:
            render_inline(title)
        except MarkdownTooComplex as error:
            raise ValidationError(str(error)) from error
        return title

    def clean_chapters(self) -> str:
        return _readable(self.cleaned_data["chapters"], read_chapters)

    def clean_soundbites(self) -> str:
        return _readable(self.cleaned_data["soundbites"], read_soundbites)

    def clean_artwork(self) -> MediaAsset | None:
        return _measured(self, "artwork")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        audio = values.get("audio")
        if (
            audio
            and "audio" in self.changed_data
            and not values.get("chapters")
            and "chapters" not in self.errors
        ):
            values["chapters"] = chapters_in(audio)
        if audio and not audio.probe.get("audio"):
            self.add_error("audio", f"Nothing is heard in “{audio}”: it has pictures alone.")
        season, show = values.get("season"), values.get("show")
        if season and show and season.show_id != show.pk:
            self.add_error("season", f"“{season}” belongs to {season.show}.")
        return values


class CreditFormSet(BaseInlineFormSet[EpisodeCredit, Episode, Any]):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return "Somebody is there twice with the same role. Remove one of the two, or give it another role."


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


class ShowForm(ModelForm[Show]):
    categories = CategoriesField(
        required=False,
        help_text="Apple's. Directories list it under the first one.",
    )
    ended_at = MomentField(
        label="It has ended at",
        help_text="From then on the feed answers that it is gone (410), and apps forget the show. Its pages stay. For a show "
        "that is over, tick “complete” instead: people can still subscribe and hear what there is.",
    )

    class Meta:
        model = Show
        fields = "__all__"
        widgets = {"description": PlainTextarea(attrs={"rows": 6, "class": "vLargeTextField"})}

    def clean_artwork(self) -> MediaAsset | None:
        return _measured(self, "artwork")

    def clean_podroll(self) -> str:
        text: str = self.cleaned_data["podroll"]
        for number, line in _lines(text):
            if " | http" not in line:
                raise ValidationError(
                    f"Line {number}: write it as Title | https://… (the address of the feed)."
                )
        return text

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("moved_to") and self.instance.pk and self.instance.feed_path in values["moved_to"]:
            self.add_error(
                "moved_to", "This is the feed's own address. Leave it empty while the feed is here."
            )
        return values


class ShowCreditFormSet(BaseInlineFormSet[ShowCredit, Show, Any]):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return "Somebody is there twice with the same role. Remove one of the two, or give it another role."


def next_numbers() -> dict[int, str]:
    """Show -> the next whole number of its episodes."""
    highest = Episode.objects.values("show").annotate(last=Max("number")).values_list("show", "last")
    return {show: str(int(last or Decimal(0)) + 1) for show, last in highest}


def _readable(text: str, read: Any) -> str:
    """As it was typed, without empty lines at its ends. Raises ValidationError that names the line."""
    try:
        read(text)
    except Unreadable as error:
        raise ValidationError(str(error)) from error
    return text


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _measured(form: Any, field: str) -> MediaAsset | None:
    """The chosen image. One that was there before is left to the linter: an old show can be edited all the same."""
    picture: MediaAsset | None = form.cleaned_data[field]
    if picture and field in form.changed_data and (found := list(artwork.unusable(picture))):
        raise ValidationError([*found, artwork.FIX])
    return picture
