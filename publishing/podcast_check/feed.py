"""A feed as the rules see it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from core.xml import Element
from publishing.podcast_check.facts import Facts

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
NAMESPACES = {"itunes": ITUNES, "podcast": PODCAST, "atom": ATOM, "content": CONTENT}
_PREFIXES = {address: prefix for prefix, address in NAMESPACES.items()}


def name_of(element: Element) -> str:
    """As people write it: `itunes:image`, `title`."""
    prefix = _PREFIXES.get(element.namespace, "?" if element.namespace else "")
    return f"{prefix}:{element.name}" if prefix else element.name


@dataclass(frozen=True)
class Feed:
    root: Element
    channel: Element
    encoding: str = ""  # as the XML declaration says, lower case; "" if it says nothing
    begins_late: bool = False  # there are blanks before the XML declaration
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def items(self) -> list[Element]:
        return list(self.channel.all("item"))

    @cached_property
    def title(self) -> str:
        return self.channel.text_of("title")

    @cached_property
    def is_blocked(self) -> bool:
        """Whether directories should leave it alone, as members' own feeds ask."""
        return self.channel.text_of("block", ITUNES).lower() == "yes"

    @cached_property
    def is_serial(self) -> bool:
        return self.channel.text_of("type", ITUNES).lower() == "serial"

    @cached_property
    def own_address(self) -> str:
        """Where it says it lives; "" if it does not."""
        links = self.channel.all("link", ATOM)
        return next((link.get("href") for link in links if link.get("rel") == "self"), "")

    def enclosures(self) -> Iterator[tuple[Element, Element]]:
        """Each item with each of its enclosures."""
        for item in self.items:
            for enclosure in item.all("enclosure"):
                yield item, enclosure
