from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from core.generics import BaseInlineFormSet, ModelForm
from core.widgets import PlainTextarea
from episodes.forms.fields import CategoriesField, measured
from episodes.models import Show, ShowCredit
from media_pipeline.models import MediaAsset
from publishing.forms import MomentField


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
        return measured(self, "artwork")

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


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
