"""`Name: 00:01:05 text`, `**Name:** 00:01:05`, `Name (1:05): text`, `Name  1:05` before its paragraphs.

A line that begins with a time alone goes on with the same speaker."""

import re

from media_pipeline.transcripts import speakers
from media_pipeline.transcripts.clock import leading
from media_pipeline.transcripts.layouts.page import Head, Layout, Line, count, share

_LONGEST = 70
_STAMP = re.compile(r"(?<![0-9:])[0-9]{1,2}:[0-9]{2}")
_AROUND = "*_:([\\ \t\xa0-–—|"
_CLOSING = re.compile(r"[\])*_\\]*:?\s*")


def layout(lines: list[Line]) -> Layout | None:
    heads = [_named(line.text) if ":" in line.text[:_LONGEST] else None for line in lines]
    named = count(heads)
    if not named or (named < 2 and share(named, lines) < 0.5):
        return None
    alone = [leading(line.text) for line in lines]
    if named <= sum(stamp is not None for stamp in alone):
        return None
    heads = [
        head or (stamp and Head(stamp[0], stamp[1], None, stamp[2]))
        for head, stamp in zip(heads, alone, strict=True)
    ]
    return Layout("stamped_names", lines, heads)


def _named(text: str) -> Head | None:
    if not (stamp := _STAMP.search(text[:_LONGEST])) or not stamp.start():
        return None
    before, found = text[: stamp.start()], leading(text[stamp.start() :])
    label = before.strip(_AROUND)
    if not found or not speakers.is_label(label):
        return None
    start, end, rest = found
    rest = rest[match.end() :] if (match := _CLOSING.match(rest)) else rest
    told_apart = any(mark in before for mark in ":\t([") or not rest
    return Head(start, end, label, rest) if told_apart else None
