"""Apple's categories."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check.categories import OBSOLETE, SUBCATEGORIES
from publishing.podcast_check.feed import ITUNES, Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, Spot, at, rule

_WHERE = "channel/itunes:category"


@rule(
    "category-missing",
    Level.ERROR,
    CHANNEL,
    "The show is in no category.",
    'Add <itunes:category text="…"/> with one of Apple\'s.',
)
def no_category(channel: Element, feed: Feed) -> Iterator[Spot]:
    if channel.first("category", ITUNES) is None:
        yield at(channel)


@rule(
    "category-without-text",
    Level.ERROR,
    _WHERE,
    "This category has no name in its attribute text.",
    'Write <itunes:category text="…"/>.',
)
def without_text(category: Element, feed: Feed) -> Iterator[Spot]:
    for element in (category, *category.all("category", ITUNES)):
        if not element.get("text"):
            yield at(element)


@rule(
    "category-unknown",
    Level.ERROR,
    _WHERE,
    "“{name}” is none of Apple's categories{below}.",
    "Choose one of podcasters.apple.com/support/1691.",
)
def unknown(category: Element, feed: Feed) -> Iterator[Spot]:
    for element, above in _unlisted(category):
        if element.get("text") not in OBSOLETE:
            yield at(element, name=element.get("text"), below=f" below {above}" if above else "")


@rule(
    "category-obsolete",
    Level.WARNING,
    _WHERE,
    "“{name}” is no category of Apple's any more.",
    "Choose one of podcasters.apple.com/support/1691.",
)
def obsolete(category: Element, feed: Feed) -> Iterator[Spot]:
    for element, _ in _unlisted(category):
        if element.get("text") in OBSOLETE:
            yield at(element, name=element.get("text"))


def _unlisted(category: Element) -> Iterator[tuple[Element, str]]:
    """The category, or those below it, that are not in the list, and what each is below."""
    name = category.get("text")
    if name and name not in SUBCATEGORIES:
        yield category, ""
    for below in category.all("category", ITUNES):
        if below.get("text") and below.get("text") not in SUBCATEGORIES.get(name, ()):
            yield below, name
