"""What every reader's finds go through: times that the source lacks, limits, tidy text."""

from collections.abc import Iterable
from typing import NamedTuple

from media_pipeline.transcripts.cues import (
    MAX_CUES,
    MAX_TIME,
    Cue,
    Malformed,
    Notices,
    Section,
    tidy,
    tidy_speaker,
)
from media_pipeline.transcripts.source import Source

# 150 words a minute: how fast English is read aloud and spoken in conversations
WORD = 400
SHORTEST = 1000


class Found(NamedTuple):
    """A cue as a reader found it, on `line`; a time is None where the source has none."""

    line: int
    start: int | None
    end: int | None
    speaker: str
    text: str


class Heading(NamedTuple):
    line: int
    title: str


def finished(found: Iterable[Found | Heading], source: Source) -> tuple[tuple[Cue, ...], tuple[Section, ...]]:
    """Cues and sections. An end the source lacks is the next later start; the last one is the duration, when it is
    known, or estimated from the words. Raises Malformed beyond the limits."""
    finds: list[Found] = []
    sections: list[Section] = []
    for find in found:
        if isinstance(find, Heading):
            sections.append(Section(len(finds), tidy_speaker(find.title)))
            continue
        if len(finds) == MAX_CUES:
            raise Malformed(find.line, f"There are more than {MAX_CUES:,} cues.")
        finds.append(_within_limits(find, source.notices))
    if any(find.start is not None for find in finds):
        _start(finds, source.notices)
        _end(finds, source.duration)
    return tuple(Cue(find.start, find.end, find.speaker, find.text) for find in finds), tuple(sections)


def spoken(text: str) -> int:
    """How long saying this takes, in milliseconds: an estimate."""
    return max(SHORTEST, WORD * len(text.split()))


def _within_limits(find: Found, notices: Notices) -> Found:
    line, start, end, speaker, text = find
    if max(start or 0, end or 0) > MAX_TIME:
        raise Malformed(line, f"A time beyond {MAX_TIME // 3_600_000} hours.")
    if start is not None and end is not None and end < start:
        notices.add(line, "This cue ends before it starts; it now ends where it starts.")
        end = start
    return Found(line, start, end, tidy_speaker(speaker), tidy(text))


def _start(finds: list[Found], notices: Notices) -> None:
    """Where some have a time and others none: they begin when what stands before them has been said."""
    known = [find.start for find in finds]
    following: int | None = None
    for index in range(len(known) - 1, -1, -1):
        known[index], following = following, known[index] if known[index] is not None else following
    said = 0
    for index, find in enumerate(finds):
        start = find.start
        if start is None:
            limit = known[index]
            start = said if limit is None else min(said, limit)
            notices.add(find.line, "This part has no time of its own; its start is estimated.")
            finds[index] = find._replace(start=start, end=None)
        said = min(start + spoken(find.text), MAX_TIME)


def _end(finds: list[Found], duration: int | None) -> None:
    later: list[int] = []  # the starts that come after, rising from the end of the list to its front
    for index in range(len(finds) - 1, -1, -1):
        find = finds[index]
        assert find.start is not None
        while later and later[-1] <= find.start:
            later.pop()
        if find.end is None:
            finds[index] = find._replace(end=later[-1] if later else _last(find.start, find.text, duration))
        later.append(find.start)


def _last(start: int, text: str, duration: int | None) -> int:
    if duration is not None and duration > start:
        return duration
    return min(start + spoken(text), MAX_TIME)
