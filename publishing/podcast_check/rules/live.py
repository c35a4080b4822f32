"""Live recordings (https://podcastindex.org/namespace/1.0#live-item)."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import limits, values
from publishing.podcast_check.feed import PODCAST, Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import LIVE, Spot, at, rule


@rule(
    "live-status",
    Level.ERROR,
    LIVE,
    "The live recording's status is “{status}”.",
    "Write pending, live or ended.",
)
def status(item: Element, feed: Feed) -> Iterator[Spot]:
    if item.get("status") not in limits.LIVE_STATES:
        yield at(item, status=item.get("status"))


@rule(
    "live-start",
    Level.ERROR,
    LIVE,
    "The live recording begins at “{start}”, which is no moment with a zone.",
    "Write it by ISO 8601: 2026-11-21T20:00:00+00:00.",
)
def start(item: Element, feed: Feed) -> Iterator[Spot]:
    if values.moment_of(item.get("start")) is None:
        yield at(item, start=item.get("start"))


@rule(
    "live-guid-missing",
    Level.ERROR,
    LIVE,
    "The live recording has no guid.",
    "Add <guid>, and never change it.",
)
def guid(item: Element, feed: Feed) -> Iterator[Spot]:
    if not item.text_of("guid"):
        yield at(item)


@rule(
    "live-title-missing",
    Level.ERROR,
    LIVE,
    "The live recording has no title.",
    "Add <title>.",
)
def title(item: Element, feed: Feed) -> Iterator[Spot]:
    if not item.text_of("title"):
        yield at(item)


@rule(
    "live-without-stream",
    Level.WARNING,
    LIVE,
    "Nothing says where the live recording can be heard or watched.",
    "Add <enclosure> with the stream, or podcast:contentLink.",
)
def stream(item: Element, feed: Feed) -> Iterator[Spot]:
    if item.first("enclosure") is None and item.first("contentLink", PODCAST) is None:
        yield at(item)
