"""What rules read: one piece of content, parsed once, and what its references lead to, looked up once."""

from functools import cached_property
from typing import Any

from core.markdown import MarkdownTooComplex, inline_text
from core.markdown.reading import Document, Heading, Link, Listing, Passage, Picture, read
from media_pipeline.models import MediaAsset
from people.models import Person
from publishing.linter import inside
from publishing.models import Publishable, asset_ids

MOST_LINES = 20_000
"""The longest of a few hundred real articles has 2,600."""


class Checked:
    """`content` may be unsaved. A body that cannot be parsed has no parts, and `too_complex` says why.

    Whatever is looked up takes a fixed number of queries, however long the text is, and none if nothing asks.
    """

    def __init__(self, content: Publishable) -> None:
        self.content: Any = content
        self.kind = content.kind
        self.is_saved = content.pk is not None
        self.body: str = getattr(content, "body", "")
        self.too_complex = ""
        self._document: Document | None = None
        try:
            self._document = read(_bounded(self.body))
        except MarkdownTooComplex as error:
            self.too_complex = str(error)

    @property
    def headings(self) -> list[Heading]:
        return self._document.headings if self._document else []

    @property
    def links(self) -> list[Link]:
        return self._document.links if self._document else []

    @property
    def pictures(self) -> list[Picture]:
        return self._document.pictures if self._document else []

    @property
    def listings(self) -> list[Listing]:
        return self._document.listings if self._document else []

    @property
    def passages(self) -> list[Passage]:
        """The prose of the body."""
        return self._document.passages if self._document else []

    @property
    def has_player(self) -> bool:
        return self._document is not None and self._document.has_player

    @property
    def has_body(self) -> bool:
        return hasattr(self.content, "body")

    def plain(self, field: str) -> str:
        """A short field as readers see it, without markup; "" if the kind has none of that name."""
        return inline_text(str(getattr(self.content, field, "") or ""))

    def has_target(self, fragment: str) -> bool:
        """Whether `#fragment` is on the page."""
        return self._document is not None and self._document.parsed.has_target(fragment)

    @cached_property
    def assets(self) -> dict[str, MediaAsset]:
        """The pictures of the body that are in the library: `asset:12` -> asset."""
        ids = asset_ids([picture.src for picture in self.pictures])
        images = MediaAsset.objects.filter(pk__in=ids, kind=MediaAsset.Kind.IMAGE)
        return {asset.reference: asset for asset in images} if ids else {}

    @cached_property
    def inside(self) -> dict[str, inside.Target]:
        """The addresses on this site that the body links to or shows, as written -> what is there now."""
        written = [link.href for link in self.links] + [picture.src for picture in self.pictures]
        return inside.look_up(self.content, written)

    @cached_property
    def people(self) -> list[str]:
        """The names of everybody who may carry a byline."""
        return list(Person.objects.order_by().values_list("name", flat=True))


def _bounded(source: str) -> str:
    """Each line may be a block of its own: parsing 50,000 of them takes seconds."""
    if source.count("\n") > MOST_LINES:
        raise MarkdownTooComplex(f"This text has more than {MOST_LINES:,} lines, too many to be checked.")
    return source
