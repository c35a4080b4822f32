"""The one form of every transcript and caption: cues, and what was said about the file they came from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

MAX_CUES = 100_000  # a word a cue, that is ten hours of speech
MAX_TIME = 1000 * 3600 * 1000
MAX_NOTICES = 100

# Invisible, and no text of ours holds it: what is written puts it where a line would be taken for something else
JOINER = "\u2060"

_UNTIDY = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u2060\ufeff\ufffe\uffff\ud800-\udfff]|\s\n|\n\s|^\s|\s\Z"
)
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u2060\ufeff]")
_NO_CHARACTER = re.compile(r"[\ufffe\uffff\ud800-\udfff]")
_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Cue:
    """`start` and `end` in milliseconds, both None where the source has no times at all; `text` is plain and may
    have several lines and paragraphs. Cues may overlap, repeat and go back, as real ones do."""

    start: int | None
    end: int | None
    speaker: str
    text: str


class Section(NamedTuple):
    """A heading, and the index of the cue it stands before."""

    cue: int
    title: str


class Notice(NamedTuple):
    """What was not as it should be but could be read; `line` counts from 1."""

    line: int
    message: str


class Malformed(ValueError):
    """`Malformed(line, sentence)`: the file cannot be read; `line` counts from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


class Untimed(ValueError):
    """The cues have no times, and the format cannot do without."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """`format` is vtt, srt, sbv, json, ttml or txt; `layout` says which shape of txt it was. `language` is what the
    file itself says (a BCP 47 tag), or empty."""

    format: str
    cues: tuple[Cue, ...]
    language: str = ""
    title: str = ""
    layout: str = ""
    sections: tuple[Section, ...] = ()
    warnings: tuple[Notice, ...] = ()


@dataclass(slots=True)
class Notices:
    """Collects notices; a file that is wrong throughout does not fill the memory with them."""

    kept: list[Notice] = field(default_factory=list)
    more: int = 0

    def add(self, line: int, message: str) -> None:
        if len(self.kept) < MAX_NOTICES:
            self.kept.append(Notice(line, message))
        else:
            self.more += 1

    def all(self) -> tuple[Notice, ...]:
        if not self.more:
            return tuple(self.kept)
        return (*self.kept, Notice(self.kept[-1].line, f"There are {self.more} more like these."))


def tidy(text: str) -> str:
    """Plain text as cues hold it: line breaks are \\n, no line begins or ends with a blank, at most one blank line in
    a row, no control characters, nothing that XML cannot hold."""
    if not _UNTIDY.search(text):
        return text
    text = _DROPPED.sub("", _BREAKS.sub("\n", text).replace("\t", " "))
    text = _NO_CHARACTER.sub("\ufffd", text)
    return _GAP.sub("\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def tidy_speaker(name: str) -> str:
    """A speaker's name on one line, with single blanks."""
    return " ".join(tidy(name).split())


def tidied(cues: Iterable[Cue]) -> Iterable[Cue]:
    for cue in cues:
        yield replace(cue, speaker=tidy_speaker(cue.speaker), text=tidy(cue.text))
