"""What an editor fills in on the page of a transcript."""

import hashlib
from typing import Any

from django import forms
from django.contrib.admin import site

from core.widgets import PlainTextarea, SearchSelect
from episodes.models import Episode, Speaker
from episodes.transcripts.speakers import speakers_of
from media_pipeline import transcripts
from media_pipeline.transcripts import Malformed, Parsed
from people.models import Person

MOST_LABELS = 60


class TextForm(forms.Form):
    """The whole transcript in our own text format, see docs/transcripts.md."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    text = forms.CharField(strip=False, widget=PlainTextarea(attrs={"rows": 30, "spellcheck": "true"}))

    parsed: Parsed

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            self.parsed = transcripts.parse(text, kind="txt")
        except Malformed as error:
            raise forms.ValidationError(str(error)) from error
        return text


class SpeakersForm(forms.Form):
    """A person for each label; those who talk most come first."""

    everywhere = forms.BooleanField(required=False)

    def __init__(self, *args: Any, episode: Episode, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.episode, self.labels = episode, dict[str, str]()
        self.more = 0
        for label, count, person in speakers_of(episode):
            if len(self.labels) == MOST_LABELS:
                self.more += 1
                continue
            name = f"person-{hashlib.blake2b(label.encode(), digest_size=8).hexdigest()}"
            self.labels[name] = label
            self.fields[name] = _person(label, count, person)
        self.fields[
            "everywhere"
        ].label = f"Also in those other episodes of {episode.show} where nobody is chosen for it"

    def rows(self) -> list[forms.BoundField]:
        return [self[name] for name in self.labels]

    def changes(self) -> list[tuple[str, Person | None]]:
        return [
            (self.labels[name], self.cleaned_data[name]) for name in self.changed_data if name in self.labels
        ]


def _person(label: str, count: int, person: Person | None) -> "forms.ModelChoiceField[Person]":
    return forms.ModelChoiceField(
        Person.objects.all(),
        required=False,
        label=label,
        initial=person,
        help_text=f"{count:,} cue{'' if count == 1 else 's'}",
        widget=SearchSelect(Speaker._meta.get_field("person"), site),
    )
