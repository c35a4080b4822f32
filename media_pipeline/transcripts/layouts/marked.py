"""`**Name:** text` and `__Name__: text`: Markdown turns without times. `**Break:**` is no person but a break."""

import re

from media_pipeline.transcripts.layouts.page import Head, Layout, Line, count, share

_TURN = re.compile(r"(\*\*|__)([^*_\n]{1,80}?)(:?)\s?\1(:?)(?:\s+|\Z)")
_BREAKS = frozenset({"break", "ad break", "commercial break"})


def layout(lines: list[Line]) -> Layout | None:
    heads = [_head(line.text) if line.text[:1] in ("*", "_") else None for line in lines]
    found = count(heads)
    return Layout("marked", lines, heads) if found > 1 or (found and share(found, lines) >= 0.5) else None


def _head(text: str) -> Head | None:
    turn = _TURN.match(text)
    if not turn or not (turn[3] or turn[4]):
        return None
    name, rest = turn[2].strip(), text[turn.end() :]
    if name.casefold() in _BREAKS:
        return Head(None, None, "", f"[{name}] {rest}")
    return Head(None, None, name, rest)
