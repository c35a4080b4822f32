"""A plain text file as layouts see it, and what its lines are."""

import html
import re
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from media_pipeline.transcripts.source import Source

_HEADING = re.compile(r"#{1,6}\s+(\S.*)\Z")
_TEMPLATE = re.compile(r"\{%.*%\}\Z|\{:.*\}\Z|\[[^\]\n]*\]:\s|\* placeholder|<?(?:\w+:\s*)?https?://\S+\Z")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])")


class Line(NamedTuple):
    number: int
    text: str


class Head(NamedTuple):
    """What a cue's first line says: when, who (None: as before), and the first words."""

    start: int | None
    end: int | None
    speaker: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What fits a page: for each line what it begins, or None.

    `markdown`: line breaks inside a paragraph are the editor's line width, headings are sections. `timed`: what stands
    before a first head at 0:00 is the page's own words and not speech.
    """

    name: str
    lines: list[Line]
    heads: list[Head | None]
    markdown: bool = True
    timed: bool = False

    @property
    def explained(self) -> int:
        return count(self.heads)


def count(heads: list[Head | None]) -> int:
    return sum(head is not None for head in heads)


def opened(source: Source, after: int) -> list[Line]:
    """The lines from index `after` on: entities decoded, blanks at both ends gone; empty lines are kept."""
    return [
        Line(number, html.unescape(part).strip())
        for number, line in enumerate(source.lines[after:], start=after + 1)
        for part in (line.split("\u2028") if "\u2028" in line else (line,))
    ]


def share(heads: int, lines: list[Line]) -> float:
    """How much of a page begins something."""
    return heads / max(1, sum(1 for line in lines if line.text))


def is_machinery(text: str) -> bool:
    """A template's or Markdown's own line, which nobody says."""
    return bool(_TEMPLATE.match(text))


def heading(text: str) -> str:
    match = _HEADING.match(text)
    return match[1].rstrip("# ") if match else ""


def joined(lines: list[str], *, markdown: bool) -> str:
    if not markdown:
        return "\n".join(lines)
    text = "\n\n".join(" ".join(group) for filled, group in groupby(lines, key=bool) if filled)
    return _ESCAPED.sub(r"\1", _LINK.sub(r"\1", text))
