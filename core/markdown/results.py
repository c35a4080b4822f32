"""What goes in and what comes out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents: `level` 2 to 4, `id` without `#`, `text` without markup."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """`html` is safe to show as it is; `text` is the same without markup, for search; `words` counts prose, not code."""

    html: str
    headings: list[Heading]
    text: str
    words: int
    version: int
