"""A transcript inside the front matter: a list of `line`, `sec` (or `time`) and `who`, with `header` between them."""

from collections.abc import Iterator
from typing import Any

from media_pipeline.transcripts.clock import leading
from media_pipeline.transcripts.cues import Malformed
from media_pipeline.transcripts.finishing import Found, Heading
from media_pipeline.transcripts.source import Source


def found(source: Source, entries: Any) -> Iterator[Found | Heading]:
    """Raises Malformed. Lines are those of the entries, which begin with a dash."""
    places = _places(source)
    if not isinstance(entries, list):
        raise Malformed(places[0], "The transcript in the front matter is no list.")
    for index, entry in enumerate(entries):
        line = places[min(index + 1, len(places) - 1)]
        if not isinstance(entry, dict):
            raise Malformed(line, "An entry of the transcript is a mapping with line, sec and who.")
        if isinstance(said := entry.get("line"), str):
            yield Found(line, _start(entry, line), None, str(entry.get("who", "")), said)
        elif isinstance(title := entry.get("header"), str):
            yield Heading(line, title)
        else:
            source.notices.add(line, "An entry without line or header was left out.")


def _start(entry: dict[str, Any], line: int) -> int | None:
    said = entry.get("sec")
    if said is None:
        found = leading(str(entry.get("time", "")))
        return found[0] if found else None
    if not isinstance(said, str) or not (said.isascii() and said.isdigit() and len(said) < 9):
        raise Malformed(line, f"{str(said)[:40]!r} is no time in seconds.")
    return int(said) * 1000


def _places(source: Source) -> list[int]:
    """The numbers of the line `transcript:` and of the entries after it."""
    lines = enumerate(source.lines, start=1)
    first = next((number for number, line in lines if line.startswith("transcript:")), 1)
    return [first, *(number for number, line in lines if line.startswith(("- ", "  - ")))]
