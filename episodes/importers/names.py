"""What the elements of a feed are called, whichever way its namespaces are written: "title", "itunes:author", "podcast:person"."""

from collections.abc import Iterator
from functools import lru_cache

from core.xml import Element

_MARKS = (
    ("/dtds/podcast-1.0.dtd", "itunes"),
    ("podcastindex.org/namespace/1.0", "podcast"),
    ("/podcast-namespace", "podcast"),
    ("purl.org/rss/1.0/modules/content", "content"),
    ("purl.org/dc/elements", "dc"),
    ("podlove.org/simple-chapters", "psc"),
    ("search.yahoo.com/mrss", "media"),
    ("google.com/schemas/play-podcasts", "googleplay"),
    ("w3.org/1999/02/22-rdf-syntax-ns", "rdf"),
    ("w3.org/1999/xhtml", "xhtml"),
)
_OF_THE_FEED = ("purl.org/rss/1.0/", "my.netscape.com/", "backend.userland.com/", "purl.org/net/rss1.1")
_ATOM = ("www.w3.org/2005/atom", "purl.org/atom/ns#")


@lru_cache(maxsize=256)
def prefix(namespace: str) -> str:
    """ "itunes", "podcast", "atom" …; "" for those of RSS itself, "?" for one that says nothing to us."""
    low = namespace.lower().rstrip("/")
    if not low or (any(mark in f"{low}/" for mark in _OF_THE_FEED) and "modules" not in low):
        return ""
    if any(mark in low for mark in _ATOM):
        return "atom"
    return next((name for mark, name in _MARKS if mark in low), "?")


def name_of(element: Element) -> str:
    """Case folded, as feeds write pubdate and itunes:episodetype, too."""
    before = prefix(element.namespace)
    local = element.name.lower()
    return f"{before}:{local}" if before else local


def every(element: Element, *names: str) -> Iterator[Element]:
    """The children that bear one of the names (lower case), name by name."""
    for name in names:
        yield from (child for child in element.children if name_of(child) == name)


def first(element: Element, *names: str) -> Element | None:
    return next(every(element, *names), None)


def text(element: Element, *names: str) -> str:
    """Of the first child of one of the names that has any, without blanks around it."""
    return next((words for child in every(element, *names) if (words := child.text.strip())), "")


def attribute(element: Element | None, *names: str) -> str:
    """The first of the attributes (lower case) that says something, in whichever namespace."""
    if element is None:
        return ""
    folded = {name.lower(): value.strip() for (_, name), value in reversed(element.attributes.items())}
    return next((folded[name] for name in names if folded.get(name)), "")


def is_atom(element: Element) -> bool:
    return prefix(element.namespace) == "atom"
