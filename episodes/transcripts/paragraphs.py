"""A transcript as it is read: sections by chapters, paragraphs by speaker, and in them a link for each thing said.

Three hours are thousands of cues. Paragraphs keep the page light, and a cue of a few words goes on in the link before it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from episodes.chapters import Chapter
from episodes.transcripts.speech import Line
from media_pipeline.playing import clock
from people.models import Person

_FULL = 90  # words after which a paragraph ends with the sentence
_FULLER = 180  # … and after which it ends whatever is said
_PAUSE = 4.0  # seconds of silence that begin a new one
_SHORT = 5  # words that are too few for a link of their own
_SENTENCE = re.compile(r"[.!?…。！？]['\"”’»)\]]*\Z")


@dataclass(slots=True)
class Said:
    """One link: from `seconds` on (None without times) somebody says `text`."""

    seconds: float | None
    text: str

    @property
    def whole(self) -> int:
        """What an address says: it is at most a second early, never late."""
        return int(self.seconds or 0)

    @property
    def exact(self) -> str:
        """12.48, where that is no whole second."""
        seconds = self.seconds or 0
        return "" if seconds == int(seconds) else f"{seconds:.2f}".rstrip("0")


@dataclass(slots=True)
class Paragraph:
    name: str
    person: Person | None
    begins: bool  # this speaker begins here, so that the name is shown
    said: list[Said] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        return self.said[0].seconds

    @property
    def clock(self) -> str:
        return "" if self.seconds is None else clock(self.seconds)


@dataclass(slots=True)
class Section:
    chapter: Chapter | None
    paragraphs: list[Paragraph] = field(default_factory=list)

    @property
    def clock(self) -> str:
        return clock(self.chapter.seconds) if self.chapter else ""


def sections(lines: Iterable[Line], chapters: Sequence[Chapter] = ()) -> list[Section]:
    """One for each chapter in which something is said, and one without for what comes before the first."""
    found: list[Section] = []
    coming = list(chapters)
    for line in lines:
        if not line.text.strip():
            continue
        if not found:
            found.append(Section(None))
        while coming and line.seconds is not None and line.seconds >= coming[0].seconds - 0.5:
            if found[-1].paragraphs:
                found.append(Section(coming.pop(0)))
            else:
                found[-1].chapter = coming.pop(0)
        _add(found[-1].paragraphs, line)
    return found


def _add(paragraphs: list[Paragraph], line: Line) -> None:
    last = paragraphs[-1] if paragraphs else None
    same = last is not None and (last.name, last.person) == (line.name, line.person)
    if last is None or not same or _is_full(last, line):
        last = Paragraph(line.name, line.person, begins=not same)
        paragraphs.append(last)
    _say(last.said, line.seconds, " ".join(line.text.split()))


def _is_full(paragraph: Paragraph, line: Line) -> bool:
    before = paragraph.said[-1]
    words = sum(said.text.count(" ") + 1 for said in paragraph.said)
    if words >= _FULLER or (words >= _FULL and _SENTENCE.search(before.text)):
        return True
    if before.seconds is None or line.seconds is None:
        return before.seconds is None  # without times a cue is a paragraph of its source
    return line.seconds - before.seconds > _PAUSE + 0.6 * (before.text.count(" ") + 1)


def _say(said: list[Said], seconds: float | None, text: str) -> None:
    last = said[-1] if said else None
    short = last is not None and last.text.count(" ") + 1 < _SHORT and not _SENTENCE.search(last.text)
    if last and (short or seconds is None):
        last.text = f"{last.text} {text}"
    else:
        said.append(Said(seconds, text))
