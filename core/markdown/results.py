"""What goes in and what comes out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents: `level` 2 to 4, `id` without `#`, `text` without markup."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture ready to be shown: `width` and `height` in pixels, `credit` as plain text."""

    src: str
    width: int
    height: int
    alt: str
    credit: str
    focal_class: str = ""
    decorative: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """`html` is safe to show as it is; `text` is the same without markup, for search; `words` counts prose, not code."""

    html: str
    headings: list[Heading]
    text: str
    words: int
    version: int
