"""Every address a feed names."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import values
from publishing.podcast_check.feed import ATOM, ITUNES, PODCAST, Feed, name_of
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, ITEM, LIVE, Spot, at, rule

_IN_TEXT = {("", "link"), ("", "comments"), (ITUNES, "new-feed-url")}
_IN_ATTRIBUTE = {
    ("", "enclosure"): ("url",),
    (ATOM, "link"): ("href",),
    (ITUNES, "image"): ("href",),
    **{
        (PODCAST, name): ("url", "href", "img", "feedUrl")
        for name in (
            "transcript",
            "chapters",
            "funding",
            "person",
            "trailer",
            "contentLink",
            "image",
            "license",
            "remoteItem",
        )
    },
}
_WITHIN = {("", "image"), (PODCAST, "podroll"), (PODCAST, "publisher")}
_EVERYWHERE = f"{CHANNEL}|{ITEM}|{LIVE}"


@rule(
    "address-wrong",
    Level.ERROR,
    _EVERYWHERE,
    "{name} names “{url}”, which no listener can open. {problem}",
    "Write the whole address, from https:// on.",
)
def wrong(parent: Element, feed: Feed) -> Iterator[Spot]:
    for element, url in _addresses(parent):
        problem = values.address_problem(url)
        if problem:
            yield at(element, name=name_of(element), url=url, problem=problem)


@rule(
    "address-unencrypted",
    Level.WARNING,
    _EVERYWHERE,
    "{name} names an http address; phones refuse more and more of them.",
    "Write https, once the server answers there.",
)
def unencrypted(parent: Element, feed: Feed) -> Iterator[Spot]:
    for element, url in _addresses(parent):
        if url[:7].lower() == "http://":
            yield at(element, name=name_of(element))


def _addresses(parent: Element) -> Iterator[tuple[Element, str]]:
    """Those of its children, whatever attribute they stand in; empty ones are other rules' matter."""
    for child in parent.children:
        key = (child.namespace, child.name)
        if key in _WITHIN:
            yield from _addresses(child)
            yield from ((url, url.text.strip()) for url in child.all("url") if url.text.strip())
        if key in _IN_TEXT and child.text.strip():
            yield child, child.text.strip()
        for attribute in _IN_ATTRIBUTE.get(key, ()):
            if child.get(attribute):
                yield child, child.get(attribute)
