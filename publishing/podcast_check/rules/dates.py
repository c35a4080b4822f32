"""Dates: RFC 2822, with a numeric zone."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import values
from publishing.podcast_check.feed import Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import ITEM, Spot, at, rule

_ANY = "channel|item/pubDate"


@rule(
    "date-missing",
    Level.ERROR,
    ITEM,
    "This episode has no date, so apps put it anywhere.",
    "Add <pubDate>.",
)
def no_date(item: Element, feed: Feed) -> Iterator[Spot]:
    date = item.first("pubDate")
    if date is None or not date.text.strip():
        yield at(date or item)


@rule(
    "date-wrong",
    Level.ERROR,
    _ANY,
    "The date “{date}” is not right: {why}.",
    "Write it by RFC 2822: Sat, 21 Nov 2026 08:00:00 +0000.",
)
@rule(
    "build-date-wrong",
    Level.WARNING,
    "channel/lastBuildDate",
    "The date “{date}” is not right: {why}.",
    "Write it by RFC 2822: Sat, 21 Nov 2026 08:00:00 +0000.",
)
def wrong_date(element: Element, feed: Feed) -> Iterator[Spot]:
    text = element.text.strip()
    problem = values.date_problem(text) if text else ""
    if problem:
        yield at(element, date=text, why=problem)


@rule(
    "date-zone",
    Level.WARNING,
    "channel|item/pubDate",
    "The zone {zone} has to be guessed; some apps take it for universal time.",
    "Write it as a number, as in +0000 or -0500.",
)
def zone(element: Element, feed: Feed) -> Iterator[Spot]:
    name = values.zone_of(element.text.strip())
    if name:
        yield at(element, zone=name)


@rule(
    "date-universal",
    Level.INFO,
    "item/pubDate",
    "The zone is a name, which every app knows.",
    "A number (+0000) is what the standard asks for.",
)
def universal(element: Element, feed: Feed) -> Iterator[Spot]:
    text = element.text.strip()
    if text[-1:].isalpha() and not values.zone_of(text) and not values.date_problem(text):
        yield at(element)


@rule(
    "date-ahead",
    Level.WARNING,
    "item/pubDate",
    "The date “{date}” is still to come; most apps show the episode today, some never.",
    "Publish the episode when its time has come.",
)
def ahead(element: Element, feed: Feed) -> Iterator[Spot]:
    moment = values.date_of(element.text.strip())
    if moment and values.is_future(moment):
        yield at(element, date=element.text)
