"""What each episode must say, and what no two may say alike."""

import re
from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import limits, values
from publishing.podcast_check.feed import ITUNES, Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, ITEM, Spot, at, rule

_BEGINS_WITH_NUMBER = re.compile(
    r"(?:#\s*\d+|(?:episode|ep\.?)\s*#?\d+|S\d+\s*EP?\d+)[^\w\s]*\s+\S", re.IGNORECASE
)  # and something follows: a title that is nothing else is one


@rule(
    "item-title-missing",
    Level.ERROR,
    ITEM,
    "This episode has no title.",
    "Add <title>.",
)
def no_title(item: Element, feed: Feed) -> Iterator[Spot]:
    if not item.text_of("title"):
        yield at(item)


@rule(
    "item-title-number",
    Level.WARNING,
    "item/title",
    "The title begins with the number, which apps show beside it anyway.",
    "Keep the number to itunes:episode.",
)
def number_in_title(title: Element, feed: Feed) -> Iterator[Spot]:
    if _BEGINS_WITH_NUMBER.match(title.text.strip()):
        yield at(title)


@rule(
    "item-title-show",
    Level.INFO,
    "item/title",
    "The title begins with the show's name, which apps show anyway.",
    "Say what the episode is about.",
)
def show_in_title(title: Element, feed: Feed) -> Iterator[Spot]:
    name, words = feed.title.lower(), title.text.strip().lower()
    if name and words.startswith(name) and words != name:
        yield at(title)


@rule(
    "item-guid-missing",
    Level.ERROR,
    ITEM,
    "This episode has no guid; apps make one up and may load it twice.",
    'Add <guid isPermaLink="false"> with something that never changes.',
)
def no_guid(item: Element, feed: Feed) -> Iterator[Spot]:
    guid = item.first("guid")
    if guid is None or not guid.text.strip():
        yield at(guid or item)


@rule(
    "item-guid-twice",
    Level.ERROR,
    CHANNEL,
    "The guid “{guid}” is also that of the episode in line {line}; apps show one of the two.",
    "Give each episode its own, and never use one again.",
)
def same_guid(channel: Element, feed: Feed) -> Iterator[Spot]:
    first: dict[str, int] = {}
    for item in feed.items:
        guid = item.first("guid")
        text = guid.text.strip() if guid else ""
        if guid and text and first.setdefault(text, guid.line) != guid.line:
            yield Spot(guid.line, {"guid": text, "line": first[text]}, item)


@rule(
    "item-guid-no-address",
    Level.WARNING,
    "item/guid",
    "By default a guid is the address of a page, and “{guid}” is none.",
    'Write <guid isPermaLink="false">.',
)
def guid_no_address(guid: Element, feed: Feed) -> Iterator[Spot]:
    text = guid.text.strip()
    if text and guid.get("isPermaLink").lower() != "false" and values.address_problem(text):
        yield at(guid, guid=text)


@rule(
    "item-guid-is-address",
    Level.INFO,
    "item/guid",
    "The guid is an address; apps load the episode again when that changes.",
    'Keep what is published as it is, with isPermaLink="false"; give new ones an identity that is no address.',
)
def guid_is_address(guid: Element, feed: Feed) -> Iterator[Spot]:
    text = guid.text.strip()
    if guid.get("isPermaLink").lower() != "false" and text and not values.address_problem(text):
        yield at(guid)


@rule(
    "item-description-missing",
    Level.INFO,
    ITEM,
    "This episode has no description.",
    "Add <description> with the show notes.",
)
def no_description(item: Element, feed: Feed) -> Iterator[Spot]:
    if not item.text_of("description"):
        yield at(item)


@rule(
    "item-duration-missing",
    Level.ERROR,
    ITEM,
    "This episode does not say how long it is.",
    "Add <itunes:duration> in whole seconds.",
)
def no_duration(item: Element, feed: Feed) -> Iterator[Spot]:
    if item.first("duration", ITUNES) is None:
        yield at(item)


@rule(
    "duration-unreadable",
    Level.ERROR,
    "item/itunes:duration",
    "“{text}” is no duration.",
    "Write whole seconds: 2893.",
)
def unreadable_duration(duration: Element, feed: Feed) -> Iterator[Spot]:
    if values.seconds_of(duration.text.strip()) is None:
        yield at(duration, text=duration.text)


@rule(
    "duration-zero",
    Level.WARNING,
    "item/itunes:duration",
    "It says it lasts no time at all.",
    "Write how many seconds it lasts.",
)
def no_time_at_all(duration: Element, feed: Feed) -> Iterator[Spot]:
    if values.seconds_of(duration.text.strip()) == 0:
        yield at(duration)


@rule(
    "duration-clock",
    Level.INFO,
    "item/itunes:duration",
    "The duration is “{text}”; {seconds} would leave no doubt.",
    "Write whole seconds.",
)
def clock(duration: Element, feed: Feed) -> Iterator[Spot]:
    text = duration.text.strip()
    seconds = values.seconds_of(text)
    if seconds is not None and not values.WHOLE.fullmatch(text):
        yield at(duration, text=text, seconds=round(seconds))


@rule(
    "episode-number",
    Level.ERROR,
    "item/itunes:episode",
    "“{text}” is no episode number: a whole number from 1 on.",
    "Leave it out where there is none; podcast:episode may say 12.5.",
)
@rule(
    "season-number",
    Level.ERROR,
    "item/itunes:season",
    "“{text}” is no season's number: a whole number from 1 on.",
    "Leave it out where there is none.",
)
def number(element: Element, feed: Feed) -> Iterator[Spot]:
    if not values.is_number(element.text.strip()):
        yield at(element, text=element.text)


@rule(
    "episode-number-twice",
    Level.WARNING,
    CHANNEL,
    "The episode in line {line} has the number {number}, too.",
    "Number each full episode of a season once.",
)
def same_number(channel: Element, feed: Feed) -> Iterator[Spot]:
    first: dict[tuple[str, str], int] = {}
    for item in feed.items:
        number, kind = item.text_of("episode", ITUNES), item.text_of("episodeType", ITUNES) or "full"
        key = (item.text_of("season", ITUNES), number)
        if number and kind == "full" and first.setdefault(key, item.line) != item.line:
            yield Spot(item.line, {"line": first[key], "number": number}, item)


@rule(
    "episode-type-unknown",
    Level.ERROR,
    "item/itunes:episodeType",
    "“{type}” is no type of an episode.",
    "Write full, trailer or bonus.",
)
def episode_type(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.text.strip().lower() not in limits.EPISODE_TYPES:
        yield at(element, type=element.text)


@rule(
    "episode-type-case",
    Level.WARNING,
    "item/itunes:episodeType",
    "“{type}” is written with capitals; some apps know it in small letters alone.",
    "Write full, trailer or bonus.",
)
def episode_type_case(element: Element, feed: Feed) -> Iterator[Spot]:
    kind = element.text.strip()
    if kind not in limits.EPISODE_TYPES and kind.lower() in limits.EPISODE_TYPES:
        yield at(element, type=kind)


@rule(
    "explicit-old",
    Level.WARNING,
    "channel|item/itunes:explicit",
    "itunes:explicit says “{text}”, as it was said until 2019.",
    "Write true or false.",
)
def old_explicit(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.text.strip().lower() in _OLD_EXPLICIT and element.text.strip() not in _EXPLICIT:
        yield at(element, text=element.text)


@rule(
    "explicit-unknown",
    Level.ERROR,
    "channel|item/itunes:explicit",
    "itunes:explicit says “{text}”, which means nothing.",
    "Write true or false.",
)
def unknown_explicit(element: Element, feed: Feed) -> Iterator[Spot]:
    text = element.text.strip()
    if text and text not in _EXPLICIT and text.lower() not in _OLD_EXPLICIT:
        yield at(element, text=text)


_EXPLICIT = ("true", "false")
_OLD_EXPLICIT = ("yes", "no", "clean", "explicit", *_EXPLICIT)
