"""What is said in an episode: its transcript, with people in the place of labels."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Q
from django.db.models.fields.json import KT

from episodes.models import Episode
from media_pipeline.models import Transcript
from media_pipeline.playing import clock
from media_pipeline.transcripts import Cue
from people.models import Person


class Line(NamedTuple):
    """One cue as pages and files show it. `seconds` is None where the source has no times."""

    seconds: float | None
    end: float | None
    name: str
    person: Person | None
    text: str

    @property
    def clock(self) -> str:
        return "" if self.seconds is None else clock(self.seconds)


def transcript_of(episode: Episode) -> Transcript | None:
    """The episode's own, else the one that came with its recording, in the language of the show."""
    if episode.transcript_id:
        return episode.transcript
    if episode.audio_id is None:
        return None
    return Transcript.objects.filter(
        asset=episode.audio_id, language=episode.show.language, version__gt=0
    ).first()


class Standing(NamedTuple):
    """What feeds say of a transcript without reading it."""

    timed: bool  # it can be written as VTT and SRT
    language: str
    version: int


def standing_of(episodes: Iterable[Episode]) -> dict[int, Standing]:
    """Of those that have a transcript, by the episode's id. One query for all of them; the shows are known already."""
    found = list(episodes)
    own = {one.transcript_id: one for one in found if one.transcript_id}
    borrowing = [one for one in found if not one.transcript_id and one.audio_id]
    lent = Q(asset__in=[one.audio_id for one in borrowing], version__gt=0)
    rows = (
        Transcript.objects.filter(Q(pk__in=own) | lent)
        .exclude(cues=[])
        .annotate(first=KT("cues__0__0"))
        .values_list("pk", "asset", "language", "version", "first")
    )
    by_key: dict[Any, Standing] = {}
    for pk, asset, language, version, first in rows:
        by_key[pk] = by_key[asset, language] = Standing(first is not None, language, version)
    keys = [(one.pk, one.transcript_id) for one in own.values()]
    keys += [(one.pk, (one.audio_id, one.show.language)) for one in borrowing]  # type: ignore[misc]
    return {pk: by_key[key] for pk, key in keys if key in by_key}


def is_timed(episode: Episode) -> bool:
    """Whether it has a transcript, and one that says when each thing is said."""
    found = standing_of([episode]).get(episode.pk)
    return found is not None and found.timed


def lines(episode: Episode) -> list[Line]:
    """In the order of the recording; empty without a transcript."""
    found = transcript_of(episode)
    return _lines(found, names(episode)) if found else []


def cues(episode: Episode) -> list[Cue]:
    """For files: labels are replaced by the names of the people they are mapped to."""
    found, people = transcript_of(episode), names(episode)
    return [
        Cue(start, end, people[label].name if label in people else label, text)
        for start, end, label, text in (found.cues if found else [])
    ]


def names(episode: Episode) -> dict[str, Person]:
    """label -> the person meant by it."""
    return {speaker.label: speaker.person for speaker in episode.speakers.select_related("person")}


def plain_text(episode: Episode) -> str:
    """For the search: everything said, without names and times."""
    found = transcript_of(episode)
    return "\n".join(text for _, _, _, text in found.cues) if found else ""


def _lines(found: Transcript, people: dict[str, Person]) -> list[Line]:
    return [_line(cue, people) for cue in found.cues]


def _line(cue: Sequence[object], people: dict[str, Person]) -> Line:
    start, end, label, text = cue
    person = people.get(str(label))
    name = person.name if person else str(label)
    return Line(_seconds(start), _seconds(end), name, person, str(text))


def _seconds(milliseconds: Any) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
