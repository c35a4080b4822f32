"""Chapters and soundbites: lines that can be read, in order, and within the recording."""

import itertools
from collections.abc import Iterator

from episodes.chapters import Chapter, Soundbite, Unreadable, read_chapters, read_soundbites
from episodes.rules.shared import KINDS
from media_pipeline.playing import clock
from publishing.linter import Checked, Level, Problem, rule
from publishing.podcast_check.limits import LONGEST_SOUNDBITE, MOST_PODCAST_TEXT, SHORTEST_SOUNDBITE


@rule("chapters-unreadable", Level.ERROR, field="chapters", kinds=KINDS)
def unreadable_chapters(text: Checked) -> Iterator[Problem]:
    """A line of the chapters that says nothing."""
    try:
        read_chapters(text.content.chapters)
    except Unreadable as error:
        yield Problem(str(error), "A line is like: 00:12:30 Title | https://…", line=error.line)


@rule("chapters-order", Level.ERROR, field="chapters", kinds=KINDS)
def chapters_out_of_order(text: Checked) -> Iterator[Problem]:
    """A chapter that begins no later than the one before."""
    found = _chapters(text)
    for number, (before, after) in enumerate(itertools.pairwise(found), 2):
        if after.seconds <= before.seconds:
            yield Problem(
                f"“{after.title}” begins at {clock(after.seconds)}, no later than “{before.title}” before it.",
                "Put the chapters in the order of the recording.",
                excerpt=str(after),
                line=_line_of(text.content.chapters, number),
            )


@rule("chapters-late", Level.ERROR, field="chapters", kinds=KINDS)
def chapters_after_the_end(text: Checked) -> Iterator[Problem]:
    """A chapter that begins after the end."""
    for number, chapter in enumerate(_chapters(text), 1):
        if 0 < text.content.seconds <= chapter.seconds:
            yield Problem(
                f"“{chapter.title}” begins at {clock(chapter.seconds)}, and the recording ends at {text.content.duration}.",
                "Correct the time; is this the right recording?",
                excerpt=str(chapter),
                line=_line_of(text.content.chapters, number),
            )


@rule("soundbites-unreadable", Level.ERROR, field="soundbites", kinds=KINDS)
def unreadable_soundbites(text: Checked) -> Iterator[Problem]:
    """A line of the soundbites that says nothing."""
    try:
        read_soundbites(text.content.soundbites)
    except Unreadable as error:
        yield Problem(str(error), "A line is like: 00:12:30 45 Title", line=error.line)


@rule("soundbite-length", Level.ERROR, field="soundbites", kinds=KINDS)
def soundbite_length(text: Checked) -> Iterator[Problem]:
    """A soundbite that apps do not take for its length."""
    for number, bite in enumerate(_soundbites(text), 1):
        if not SHORTEST_SOUNDBITE <= bite.length <= LONGEST_SOUNDBITE:
            yield Problem(
                f"The soundbite at {bite.clock} lasts {bite.length:g} seconds; apps take {SHORTEST_SOUNDBITE} to {LONGEST_SOUNDBITE}.",
                "Make it longer or shorter.",
                excerpt=str(bite),
                line=_line_of(text.content.soundbites, number),
            )


@rule("soundbite-late", Level.ERROR, field="soundbites", kinds=KINDS)
def soundbite_after_the_end(text: Checked) -> Iterator[Problem]:
    """A soundbite that does not end within the recording."""
    for number, bite in enumerate(_soundbites(text), 1):
        if 0 < text.content.seconds < bite.seconds + bite.length:
            yield Problem(
                f"The soundbite at {bite.clock} ends at {clock(bite.seconds + bite.length)}, and the recording at {text.content.duration}.",
                "Correct the time.",
                excerpt=str(bite),
                line=_line_of(text.content.soundbites, number),
            )


@rule("soundbite-title-long", Level.WARNING, field="soundbites", kinds=KINDS)
def long_soundbite_title(text: Checked) -> Iterator[Problem]:
    """A soundbite's title that apps cut."""
    for number, bite in enumerate(_soundbites(text), 1):
        if len(bite.title) > MOST_PODCAST_TEXT:
            yield Problem(
                f"The title of the soundbite at {bite.clock} has {len(bite.title)} characters; apps take {MOST_PODCAST_TEXT}.",
                "Shorten it.",
                excerpt=str(bite),
                line=_line_of(text.content.soundbites, number),
            )


def _chapters(text: Checked) -> list[Chapter]:
    """In the order of the text; none where a line cannot be read, which has a rule of its own."""
    try:
        return read_chapters(text.content.chapters)
    except Unreadable:
        return []


def _soundbites(text: Checked) -> list[Soundbite]:
    try:
        return read_soundbites(text.content.soundbites)
    except Unreadable:
        return []


def _line_of(lines: str, number: int) -> int:
    """The line of the nth entry, counted from 1: empty lines are between them."""
    written = [line for line, words in enumerate(lines.splitlines(), 1) if words.strip()]
    return written[number - 1]
