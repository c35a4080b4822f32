"""The podcast namespace (https://podcastindex.org/namespace/1.0)."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import limits, values
from publishing.podcast_check.feed import ITUNES, PODCAST, Feed, name_of
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import Spot, at, rule

_SHORTEST, _LONGEST = limits.SHORTEST_SOUNDBITE, limits.LONGEST_SOUNDBITE
_INTEGRITY = ("sri", "pgp-signature")


@rule(
    "guid-of-show",
    Level.ERROR,
    "channel/podcast:guid",
    "“{guid}” is no UUID, so that no directory takes it.",
    "Write UUIDv5 of the first address of the feed, without https:// and the last slash.",
)
def show_guid(element: Element, feed: Feed) -> Iterator[Spot]:
    guid = element.text.strip()
    if guid and not values.is_uuid(guid):
        yield at(element, guid=guid)


@rule(
    "locked-unknown",
    Level.ERROR,
    "channel/podcast:locked",
    "podcast:locked says “{text}”.",
    "Write yes or no.",
)
def locked(element: Element, feed: Feed) -> Iterator[Spot]:
    text = element.text.strip()
    if text and text not in ("yes", "no"):
        yield at(element, text=text)


@rule(
    "locked-owner",
    Level.WARNING,
    "channel/podcast:locked",
    "The owner “{owner}” of podcast:locked is no e-mail address.",
    "Write the address that may allow a move, or leave the attribute out.",
)
def locked_owner(element: Element, feed: Feed) -> Iterator[Spot]:
    owner = element.get("owner")
    if owner and not values.EMAIL.fullmatch(owner):
        yield at(element, owner=owner)


@rule(
    "block-unknown",
    Level.ERROR,
    "channel/podcast:block",
    "podcast:block says “{text}”.",
    "Write yes or no.",
)
def block(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.text.strip() not in ("yes", "no"):
        yield at(element, text=element.text)


@rule(
    "medium-unknown",
    Level.WARNING,
    "channel/podcast:medium",
    "“{text}” is no medium of the namespace.",
    "Write podcast, music, video or audiobook, or leave it out.",
)
def medium(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.text.strip() not in limits.MEDIA:
        yield at(element, text=element.text)


@rule(
    "person-without-name",
    Level.ERROR,
    "channel|item|live/podcast:person",
    "podcast:person names nobody.",
    "Write the name between the tags.",
)
def person(element: Element, feed: Feed) -> Iterator[Spot]:
    if not element.text.strip():
        yield at(element)


@rule(
    "funding-incomplete",
    Level.WARNING,
    "channel|item/podcast:funding",
    "podcast:funding has no {missing}.",
    'Write <podcast:funding url="https://…">Support the show</podcast:funding>.',
)
def funding(element: Element, feed: Feed) -> Iterator[Spot]:
    missing = "address" if not element.get("url") else "text" if not element.text.strip() else ""
    if missing:
        yield at(element, missing=missing)


@rule(
    "link-incomplete",
    Level.WARNING,
    "item|live/podcast:contentLink",
    "podcast:contentLink has no {missing}.",
    'Write <podcast:contentLink href="https://…">Watch on YouTube</podcast:contentLink>.',
)
def content_link(element: Element, feed: Feed) -> Iterator[Spot]:
    missing = "address" if not element.get("href") else "text" if not element.text.strip() else ""
    if missing:
        yield at(element, missing=missing)


@rule(
    "transcript-incomplete",
    Level.ERROR,
    "item/podcast:transcript",
    "podcast:transcript has no {missing}.",
    'Write <podcast:transcript url="https://…" type="text/vtt"/>.',
)
def transcript(element: Element, feed: Feed) -> Iterator[Spot]:
    missing = [name for name in ("url", "type") if not element.get(name)]
    if missing:
        yield at(element, missing=" and no ".join(missing))


@rule(
    "transcript-type",
    Level.WARNING,
    "item/podcast:transcript",
    "“{type}” is no type of a transcript.",
    "Write text/vtt, application/x-subrip, application/json, text/html or text/plain.",
)
def transcript_type(element: Element, feed: Feed) -> Iterator[Spot]:
    kind = element.get("type").partition(";")[0].strip().lower()
    if kind and kind not in limits.TRANSCRIPT_TYPES:
        yield at(element, type=kind)


@rule(
    "transcript-untimed",
    Level.WARNING,
    "item/podcast:transcript",
    "A transcript of the type {type} has no times, so it cannot be captions.",
    'Leave rel="captions" to text/vtt and application/x-subrip.',
)
def untimed_captions(element: Element, feed: Feed) -> Iterator[Spot]:
    kind = element.get("type").partition(";")[0].strip().lower()
    if element.get("rel") == "captions" and kind and kind not in limits.TIMED_TRANSCRIPTS:
        yield at(element, type=kind)


@rule(
    "transcript-language",
    Level.WARNING,
    "item/podcast:transcript",
    "“{language}” is no language tag.",
    "Write it as in en, de or pt-BR (BCP 47).",
)
def transcript_language(element: Element, feed: Feed) -> Iterator[Spot]:
    language = element.get("language")
    if language and not values.LANGUAGE.fullmatch(language):
        yield at(element, language=language)


@rule(
    "chapters-incomplete",
    Level.ERROR,
    "item/podcast:chapters",
    "podcast:chapters has no address.",
    f'Write <podcast:chapters url="https://…" type="{limits.CHAPTERS_TYPE}"/>.',
)
def chapters(element: Element, feed: Feed) -> Iterator[Spot]:
    if not element.get("url"):
        yield at(element)


@rule(
    "chapters-type",
    Level.WARNING,
    "item/podcast:chapters",
    "The chapters are called “{type}”, and apps look for another type.",
    f"Write {limits.CHAPTERS_TYPE}.",
)
def chapters_type(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.get("type").lower() != limits.CHAPTERS_TYPE:
        yield at(element, type=element.get("type"))


@rule(
    "soundbite-unreadable",
    Level.ERROR,
    "item/podcast:soundbite",
    "The soundbite's startTime “{start}” or duration “{duration}” is no number of seconds.",
    'Write <podcast:soundbite startTime="73.0" duration="60.0"/>.',
)
def soundbite(element: Element, feed: Feed) -> Iterator[Spot]:
    start, duration = element.get("startTime"), element.get("duration")
    if not (values.DECIMAL.fullmatch(start) and values.DECIMAL.fullmatch(duration)):
        yield at(element, start=start, duration=duration)


@rule(
    "soundbite-length",
    Level.WARNING,
    "item/podcast:soundbite",
    f"The soundbite lasts {{duration}} seconds; apps want {_SHORTEST} to {_LONGEST}.",
    "Choose another end.",
)
def soundbite_length(element: Element, feed: Feed) -> Iterator[Spot]:
    duration = element.get("duration")
    if values.DECIMAL.fullmatch(duration) and not _SHORTEST <= float(duration) <= _LONGEST:
        yield at(element, duration=duration)


@rule(
    "soundbite-beyond",
    Level.ERROR,
    "item",
    "The soundbite ends at {end} seconds, and the episode at {seconds}.",
    "Choose a moment inside the episode.",
)
def soundbite_beyond(item: Element, feed: Feed) -> Iterator[Spot]:
    seconds = values.seconds_of(item.text_of("duration", ITUNES))
    for element in item.all("soundbite", PODCAST) if seconds else ():
        times = (element.get("startTime"), element.get("duration"))
        end = sum(float(time) for time in times) if all(map(values.DECIMAL.fullmatch, times)) else 0
        if seconds and end > seconds + 1:
            yield at(element, end=f"{end:g}", seconds=f"{seconds:g}")


@rule(
    "season-unreadable",
    Level.ERROR,
    "item/podcast:season",
    "podcast:season is “{text}”, and it should be a whole number.",
    'Write <podcast:season name="…">2</podcast:season>.',
)
def season(element: Element, feed: Feed) -> Iterator[Spot]:
    if not values.WHOLE.fullmatch(element.text.strip()):
        yield at(element, text=element.text)


@rule(
    "episode-unreadable",
    Level.ERROR,
    "item/podcast:episode",
    "podcast:episode is “{text}”, and it should be a number.",
    'Write <podcast:episode display="…">12.5</podcast:episode>.',
)
def episode(element: Element, feed: Feed) -> Iterator[Spot]:
    if not values.DECIMAL.fullmatch(element.text.strip()):
        yield at(element, text=element.text)


@rule(
    "name-long",
    Level.WARNING,
    "item",
    "The {attribute} of {name} has {size} characters; {most} are read.",
    "Shorten it.",
)
def long_names(item: Element, feed: Feed) -> Iterator[Spot]:
    most = {
        ("season", "name"): limits.MOST_PODCAST_TEXT,
        ("episode", "display"): limits.MOST_EPISODE_DISPLAY,
    }
    for (name, attribute), characters in most.items():
        for element in item.all(name, PODCAST):
            size = len(element.get(attribute))
            if size > characters:
                yield at(element, attribute=attribute, name=name_of(element), size=size, most=characters)


@rule(
    "alternate-incomplete",
    Level.ERROR,
    "item|live/podcast:alternateEnclosure",
    "podcast:alternateEnclosure has no {missing}.",
    "Give it a type and at least one podcast:source with uri.",
)
def alternate(element: Element, feed: Feed) -> Iterator[Spot]:
    sources = [source for source in element.all("source", PODCAST) if source.get("uri")]
    missing = "type" if not element.get("type") else "source" if not sources else ""
    if missing:
        yield at(element, missing=missing)


@rule(
    "integrity",
    Level.WARNING,
    "item|live/podcast:alternateEnclosure",
    "podcast:integrity of the type “{type}” cannot be checked.",
    "Write type sri or pgp-signature, and value.",
)
def integrity(element: Element, feed: Feed) -> Iterator[Spot]:
    for found in element.all("integrity", PODCAST):
        if found.get("type") not in _INTEGRITY or not found.get("value"):
            yield at(found, type=found.get("type"))


@rule(
    "trailer-incomplete",
    Level.WARNING,
    "channel/podcast:trailer",
    "podcast:trailer has no {missing}.",
    "Give it url, pubdate and a title between the tags.",
)
def trailer(element: Element, feed: Feed) -> Iterator[Spot]:
    missing = [name for name in ("url", "pubdate") if not element.get(name)]
    missing += [] if element.text.strip() else ["title"]
    if missing:
        yield at(element, missing=" and no ".join(missing))


@rule(
    "trailer-date",
    Level.WARNING,
    "channel/podcast:trailer",
    "The trailer's date “{date}” is not right: {why}.",
    "Write it by RFC 2822: Sat, 21 Nov 2026 08:00:00 +0000.",
)
def trailer_date(element: Element, feed: Feed) -> Iterator[Spot]:
    date = element.get("pubdate")
    problem = values.date_problem(date) if date else ""
    if problem:
        yield at(element, date=date, why=problem)


@rule(
    "txt-empty",
    Level.WARNING,
    "channel|item/podcast:txt",
    "podcast:txt says nothing.",
    "Write the text between the tags, or leave it out.",
)
def txt(element: Element, feed: Feed) -> Iterator[Spot]:
    if not element.text.strip():
        yield at(element)


@rule(
    "txt-long",
    Level.WARNING,
    "channel|item/podcast:txt",
    f"podcast:txt has {{size}} characters; {limits.MOST_TXT:,} are read.",
    "Shorten it.",
)
def long_txt(element: Element, feed: Feed) -> Iterator[Spot]:
    size = len(element.text.strip())
    if size > limits.MOST_TXT:
        yield at(element, size=f"{size:,}")


@rule(
    "recommendation-without-guid",
    Level.WARNING,
    "channel/podcast:podroll",
    "A recommended show has no valid feedGuid (“{guid}”), so that apps cannot find it.",
    "Write the podcast:guid of that show.",
)
@rule(
    "publisher-without-guid",
    Level.WARNING,
    "channel/podcast:publisher",
    "The publisher has no valid feedGuid (“{guid}”), so that apps cannot find it.",
    "Write the podcast:guid of the publisher's feed.",
)
def remote_items(element: Element, feed: Feed) -> Iterator[Spot]:
    for item in element.all("remoteItem", PODCAST):
        if not values.is_uuid(item.get("feedGuid")):
            yield at(item, guid=item.get("feedGuid"))


@rule(
    "frequency-rule",
    Level.WARNING,
    "channel/podcast:updateFrequency",
    "The rule “{rule}” of podcast:updateFrequency is none of RFC 5545.",
    "Write it as in FREQ=WEEKLY;BYDAY=TU.",
)
def frequency(element: Element, feed: Feed) -> Iterator[Spot]:
    found = element.get("rrule").upper()
    if found and "FREQ=" not in found:
        yield at(element, rule=found)


@rule(
    "value-incomplete",
    Level.WARNING,
    "channel|item/podcast:value",
    "podcast:value has no {missing}.",
    "Give it type, method and at least one podcast:valueRecipient.",
)
def value(element: Element, feed: Feed) -> Iterator[Spot]:
    missing = [name for name in ("type", "method") if not element.get(name)]
    missing += [] if element.first("valueRecipient", PODCAST) else ["recipient"]
    if missing:
        yield at(element, missing=" and no ".join(missing))
