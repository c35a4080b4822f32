"""The document as a whole."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check.feed import NAMESPACES, Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, DOCUMENT, Spot, at, rule

_UTF_8 = ("", "utf-8", "utf8", "us-ascii")
_LOOKS_LIKE = {"itunes.com/dtds": "itunes", "podcastindex": "podcast", "podcast-namespace": "podcast"}
_OTHER_TYPES = ("application/rss+xml", "application/xml", "text/xml")


@rule(
    "blanks-first",
    Level.ERROR,
    DOCUMENT,
    "There are blank characters before the XML declaration; strict readers stop there.",
    "Let the document begin with <?xml.",
)
def blanks_first(root: Element, feed: Feed) -> Iterator[Spot]:
    if feed.begins_late:
        yield Spot(1, {})


@rule(
    "not-utf8",
    Level.ERROR,
    DOCUMENT,
    "The document is {encoding}; apps are only sure to read UTF-8.",
    "Write it as UTF-8.",
)
def not_utf8(root: Element, feed: Feed) -> Iterator[Spot]:
    if feed.encoding not in _UTF_8:
        yield Spot(1, {"encoding": feed.encoding})


@rule(
    "rss-version",
    Level.WARNING,
    DOCUMENT,
    "This says it is RSS “{version}”, and podcasts are RSS 2.0.",
    'Write <rss version="2.0">.',
)
def rss_version(root: Element, feed: Feed) -> Iterator[Spot]:
    if root.get("version") != "2.0":
        yield at(root, version=root.get("version"))


@rule(
    "channels",
    Level.ERROR,
    DOCUMENT,
    "There is more than one channel; apps read the first alone.",
    "Publish a feed for each show.",
)
def one_channel(root: Element, feed: Feed) -> Iterator[Spot]:
    for channel in list(root.all("channel"))[1:]:
        yield at(channel)


@rule(
    "namespace",
    Level.ERROR,
    DOCUMENT,
    "The namespace {wrong} is not quite {right}, so apps pass over what is in it.",
    'Write xmlns:{prefix}="{right}".',
)
def namespace(root: Element, feed: Feed) -> Iterator[Spot]:
    seen = {"": 0, **dict.fromkeys(NAMESPACES.values(), 0)}
    for parent in [feed.channel, *feed.items]:
        for element in parent.children:
            if element.namespace not in seen:
                seen[element.namespace] = element.line
                yield from _resembling(element)


def _resembling(element: Element) -> Iterator[Spot]:
    for part, prefix in _LOOKS_LIKE.items():
        if part in element.namespace.lower():
            yield at(element, wrong=element.namespace, right=NAMESPACES[prefix], prefix=prefix)
            return


@rule(
    "content-type",
    Level.WARNING,
    DOCUMENT,
    "The server calls this {type}, and a feed is application/rss+xml.",
    "Send Content-Type: application/rss+xml; charset=utf-8.",
)
def content_type(root: Element, feed: Feed) -> Iterator[Spot]:
    kind = feed.facts.content_type.partition(";")[0].strip().lower()
    if kind and kind not in _OTHER_TYPES:
        yield Spot(1, {"type": kind})


@rule(
    "no-validator",
    Level.WARNING,
    DOCUMENT,
    "The server says neither ETag nor Last-Modified, so every app loads the whole feed each time.",
    "Send both, and answer 304 to whoever has the feed already.",
)
def no_validator(root: Element, feed: Feed) -> Iterator[Spot]:
    if not feed.facts.has_validator:
        yield Spot(1, {})


@rule(
    "no-items",
    Level.WARNING,
    CHANNEL,
    "There is no episode; directories take a show from its first one on.",
    "Publish an episode, or a trailer.",
)
def no_items(channel: Element, feed: Feed) -> Iterator[Spot]:
    if not feed.items:
        yield at(channel)
