"""Plain text in the shapes people publish it: one small reader a layout, and the one that explains most lines is taken.

A layout is a function from a page's lines to a Layout, which knows which of them begin a cue, or None when it does not fit.
"""

from collections.abc import Callable

from media_pipeline.transcripts.cues import Malformed, Parsed
from media_pipeline.transcripts.finishing import finished
from media_pipeline.transcripts.layouts import (
    gathering,
    listed,
    marked,
    named,
    paragraphs,
    stamped,
    stamped_names,
)
from media_pipeline.transcripts.layouts.front_matter import Fields, taken_off
from media_pipeline.transcripts.layouts.page import Layout, Line, opened
from media_pipeline.transcripts.source import Source

# Of two that explain equally many lines, the first
LAYOUTS: tuple[Callable[[list[Line]], Layout | None], ...] = (
    stamped_names.layout,
    marked.layout,
    stamped.layout,
    named.layout,
)


def read(source: Source) -> Parsed:
    """Raises Malformed."""
    fields, after = taken_off(source)
    if "transcript" in fields:
        cues, sections = finished(listed.found(source, fields["transcript"]), source)
        layout, title = "listed", ""
    elif fits := _fitting(lines := opened(source, after)):
        cues, sections = finished(gathering.gathered(fits, source.notices), source)
        layout, title = fits.name, gathering.title(fits)
    else:
        cues, sections = finished(paragraphs.found(lines), source)
        layout, title = "paragraphs", ""
    if not cues:
        raise Malformed(1, "There is no text in this file.")
    language = _field(fields, "language") or _field(fields, "lang")
    title = _field(fields, "title") or title
    return Parsed("txt", cues, language[:35], title, layout, sections, source.notices.all())


def _fitting(lines: list[Line]) -> Layout | None:
    fits = [fit for layout in LAYOUTS if (fit := layout(lines))]
    return max(fits, key=lambda fit: fit.explained, default=None)


def _field(fields: Fields, name: str) -> str:
    said = fields.get(name)
    return " ".join(said.split())[:400] if isinstance(said, str) else ""
