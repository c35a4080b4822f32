"""No times, no names: a cue a paragraph. Long lines are paragraphs; short ones are a paragraph up to an empty line."""

from collections.abc import Iterator
from itertools import groupby
from statistics import median

from media_pipeline.transcripts.finishing import Found, Heading
from media_pipeline.transcripts.layouts.page import Line, heading, is_machinery, joined

_LONG = 120


def found(lines: list[Line]) -> Iterator[Found | Heading]:
    spoken = [line if not is_machinery(line.text) else Line(line.number, "") for line in lines]
    whole = median([len(line.text) for line in spoken if line.text] or [0]) > _LONG
    for filled, group in groupby(spoken, key=lambda line: "#" if heading(line.text) else bool(line.text)):
        part = list(group)
        if filled == "#":
            yield from (Heading(line.number, heading(line.text)) for line in part)
        elif filled:
            yield from _paragraphs(part, whole)


def _paragraphs(lines: list[Line], whole: bool) -> Iterator[Found]:
    for part in ([line] for line in lines) if whole else (lines,):
        yield Found(part[0].number, None, None, "", joined([line.text for line in part], markdown=True))
