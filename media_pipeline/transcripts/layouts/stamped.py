"""`1:05 text`, `00:01:05 Name: text`, `[1:05] text`, a time on its own line, or times inside one long line.

Lines without a time belong to the one before them."""

import re
from collections import Counter
from itertools import islice

from media_pipeline.transcripts import speakers
from media_pipeline.transcripts.clock import leading, milliseconds
from media_pipeline.transcripts.cues import MAX_CUES, MAX_TIME
from media_pipeline.transcripts.layouts.page import Head, Layout, Line, share

_INSIDE = re.compile(
    r"(?<![0-9:\[(<@–-])(?<![0-9][.,])(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-9]{2})(?![0-9:]|[.,][0-9])"
    r"(?!\s?[aApP]\.?[mM]\b)"
)
_ENOUGH = 3

Stamped = tuple[int, int | None, str] | None


def layout(lines: list[Line]) -> Layout | None:
    lines, found = _taken_apart(lines, [leading(line.text) for line in lines])
    texts = [stamp[2] for stamp in found if stamp]
    if not texts or (len(texts) < 2 and share(1, lines) < 0.5):
        return None
    names = _names(texts)
    heads = [_head(stamp, names) if stamp else None for stamp in found]
    return Layout("stamped", lines, heads, markdown=False, timed=True)


def _head(found: tuple[int, int | None, str], names: set[str]) -> Head:
    start, end, rest = found
    said = speakers.split(rest) if names else None
    return Head(start, end, *(said if said and said[0] in names else ("", rest)))


def _names(texts: list[str]) -> set[str]:
    """Whose names stand after times: a label that comes again, or any where most lines have one. A single `Note: this`
    among lines without names is no speaker."""
    found = Counter(said[0] for text in texts if (said := speakers.split(text)))
    most = found.total() * 2 > len(texts)
    return {label for label, times in found.items() if times > 1 or most}


def _taken_apart(lines: list[Line], found: list[Stamped]) -> tuple[list[Line], list[Stamped]]:
    """Lines cut at the times inside them. A time counts when it lies between its neighbours' and is glued to a word;
    where that happens often, or lines hardly begin with times, one between blanks counts too."""
    inside = [_inside(line.text, stamp) for line, stamp in zip(lines, found, strict=True)]
    if not any(inside):
        return lines, found
    glued = sum(
        _is_glued(line.text, stamp) for line, stamps in zip(lines, inside, strict=True) for stamp in stamps
    )
    loose = glued >= _ENOUGH or sum(stamp is not None for stamp in found) <= 1
    cut: list[Line] = []
    stamped: list[Stamped] = []
    now = -1
    for line, stamp, stamps, limit in zip(lines, found, inside, _following(found), strict=True):
        now = stamp[0] if stamp else now
        places = [0]
        for inner in stamps:
            time = milliseconds(*inner.group(1, 2, 3))
            if time is not None and now < time < limit and (loose or _is_apart(line.text, inner)):
                places.append(inner.start())
                now = time
        parts = [line.text[a:b].strip() for a, b in zip(places, [*places[1:], None], strict=True)]
        cut.extend(Line(line.number, part) for part in parts)
        stamped.extend([leading(parts[0]) if len(parts) > 1 else stamp, *map(leading, parts[1:])])
    return cut, stamped


def _inside(text: str, stamp: Stamped) -> list[re.Match[str]]:
    """The times in a line but for the one it begins with."""
    start = len(text) - len(stamp[2]) if stamp else 0
    return list(islice(_INSIDE.finditer(text, start), MAX_CUES)) if ":" in text[start:] else []


def _following(found: list[Stamped]) -> list[int]:
    """For each line, the next time at which a later one begins."""
    limits, limit = [], MAX_TIME
    for stamp in reversed(found):
        limits.append(limit)
        limit = stamp[0] if stamp else limit
    return limits[::-1]


def _is_glued(text: str, stamp: re.Match[str]) -> bool:
    before, after = text[max(0, stamp.start() - 1) : stamp.start()], text[stamp.end() : stamp.end() + 1]
    return before.isalpha() or after.isalpha() or before in tuple(".,;!?")


def _is_apart(text: str, stamp: re.Match[str]) -> bool:
    return _is_glued(text, stamp) or "\xa0" in text[max(0, stamp.start() - 1) : stamp.end() + 1]
