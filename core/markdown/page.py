"""What one rendering knows and collects; it travels through the parser in `env["page"]`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.markdown.limits import Budget
from core.markdown.results import Heading
from core.pictures import Image


@dataclass(slots=True)
class Page:
    images: Mapping[str, Image] = field(default_factory=dict)
    nofollow: bool = False
    inline: bool = False
    """True for a headline or caption: pictures and embeds have no place in it."""
    headings: list[Heading] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    """Each id in use, with the number of times it was wished for again."""
    tables: int = 0
    budget: Budget = field(default_factory=Budget)
