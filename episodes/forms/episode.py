from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.generics import BaseInlineFormSet
from core.markdown import MarkdownTooComplex, render_inline
from core.widgets import PlainTextarea
from episodes.chapters import Unreadable, read_chapters, read_soundbites
from episodes.forms.brought import chapters as chapters_in
from episodes.forms.fields import NextNumberInput, NumberInput, TranscriptField, measured
from episodes.models import Episode, EpisodeCredit
from media_pipeline.models import MediaAsset
from publishing.forms import MomentField, PublishableForm


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
        return measured(self, "artwork")

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


def _readable(text: str, read: Any) -> str:
    """As it was typed, without empty lines at its ends. Raises ValidationError that names the line."""
    try:
        read(text)
    except Unreadable as error:
        raise ValidationError(str(error)) from error
    return text
