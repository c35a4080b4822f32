"""What the tests of transcripts share."""

from typing import Any

from episodes.models import Episode
from media_pipeline.transcripts import Cue, Parsed
from tests import factories

SAID = [
    [0, 1500, "Ann", "Good evening."],
    [1500, 4000, "Ann", "Tonight it is about harbours."],
    [4000, 9250, "Bo", "And about boats, I hope."],
]


def parsed(*rows: list[Any]) -> Parsed:
    return Parsed("vtt", tuple(Cue(*row) for row in rows or SAID))


def spoken(title: str = "Harbours", **fields: Any) -> Episode:
    """A live episode with the transcript SAID."""
    return factories.episode(title, **{"said": [list(row) for row in SAID], **fields})
