"""What a feed says of one episode."""

import re
from collections.abc import Callable
from itertools import islice

from core.xml import Element
from episodes.chapters import MOST, Chapter, Soundbite
from episodes.importers import parts, values
from episodes.importers.feed import Audio, Entry, TranscriptLink
from episodes.importers.judging import is_playlist, link, media_type
from episodes.importers.names import attribute, every, first, text

MOST_TITLE, MOST_STANDFIRST, MOST_GUID = 200, 400, 500
_KNOWN = frozenset(
    f"podcast:{name}"
    for name in (
        "season", "episode", "transcript", "chapters", "soundbite", "person", "funding", "license", "alternateenclosure",
        "image", "images",
    )
)  # fmt: skip
_TYPES = ("full", "trailer", "bonus")
_NUMBERED = re.compile(
    r"\A(?:#\s*|(?:ep(?:isode)?|folge|show)\.?\s*#?\s*)?(\d{1,5}(?:\.\d{1,2})?)\s*(?:[:|\u2013\u2014-]|\.\s)\s*(?=\S)",
    re.I,
)
_HASHED = re.compile(r"\A#\s*(\d{1,5}(?:\.\d{1,2})?)\s*(?:[:|\u2013\u2014-]|\.\s)\s*(?=\S)")
_OF_TRANSCRIPTS = (
    "text/vtt",
    "application/x-subrip",
    "application/srt",
    "application/json",
    "text/html",
    "text/plain",
)


def read(element: Element, number_in_feed: int, base: str) -> Entry:
    """`base` is where the podcast's page is: relative links start from there."""
    entry = Entry(number_in_feed, element.line)
    for part in (_title, _identity, _texts, _dates, _numbers, _flags, _audio, _chapters, _namespace):
        part(element, entry, base)
    return entry


def _title(element: Element, entry: Entry, base: str) -> None:
    """Without the number, where the feed or the beginning of the title says which it is."""
    said, short = (
        values.plain(text(element, *names)) for names in (("title", "atom:title"), ("itunes:title",))
    )
    number = values.decimal(text(element, "itunes:episode", "podcast:episode"))
    begins = _NUMBERED.match(said) if number is not None else _HASHED.match(said)
    if begins and number in (None, values.decimal(begins[1])):
        entry.number = values.decimal(begins[1])
        said = said[begins.end() :]
    chosen = short if short and (not said or short.casefold() in said.casefold()) else said
    if len(chosen) > MOST_TITLE:
        entry.title = chosen
        entry.wrong(f"Its title has {len(chosen)} characters; {MOST_TITLE} are kept.")
        chosen = f"{chosen[: MOST_TITLE - 1].rstrip()}…"
    entry.title = chosen


def _identity(element: Element, entry: Entry, base: str) -> None:
    """The guid as it stands; a permalink is where the episode is, if nothing else says so."""
    said = first(element, "guid", "atom:id")
    entry.guid = said.text.strip() if said else ""
    alternate = (each for each in every(element, "atom:link") if attribute(each, "rel") in ("", "alternate"))
    written = text(element, "link") or next((attribute(each, "href") for each in alternate), "")
    permalink = attribute(said, "ispermalink").lower() == "true" and entry.guid.startswith("http")
    entry.link = link(written or (entry.guid if permalink else ""), base).url
    if not entry.title:
        entry.title = _untitled(element, entry)


def _untitled(element: Element, entry: Entry) -> str:
    words = values.one_line(
        values.without_markup(text(element, "description", "content:encoded", "atom:summary"))
    )
    title = f"{words[:77].rpartition(' ')[0] or words[:77]}…" if len(words) > 80 else words
    title = title or f"Episode {entry.number_in_feed}"
    entry.wrong(f"It has no title; it is called “{title}” here.")
    return title


def _texts(element: Element, entry: Entry, base: str) -> None:
    """The fullest notes; what sums them up, where that is something else than how they begin."""
    long = text(element, "content:encoded", "atom:content") or _xhtml(element)
    short = text(element, "description", "atom:summary", "googleplay:description")
    summary, subtitle = text(element, "itunes:summary"), text(element, "itunes:subtitle")
    if not long and short == summary and len(short) <= MOST_STANDFIRST and not values.is_html(short):
        entry.standfirst = values.one_line(short)
        return
    entry.notes = long or short or summary
    begins = _letters(values.without_markup(entry.notes))
    for said in (subtitle, summary, short if long else ""):
        words = values.one_line(values.without_markup(said))
        plain = _letters(words)
        if (
            plain
            and len(words) <= MOST_STANDFIRST
            and plain != _letters(entry.title)
            and not begins.startswith(plain[:60])
        ):
            entry.standfirst = words
            return


def _letters(words: str) -> str:
    return re.sub(r"[\W_]+", "", words.casefold())


def _xhtml(element: Element) -> str:
    """Atom's content as elements: their words."""
    content = first(element, "atom:content", "atom:summary")
    return _words(content) if content and content.children else ""


def _words(element: Element) -> str:
    return " ".join([element.text, *map(_words, element.children)]).strip()


def _dates(element: Element, entry: Entry, base: str) -> None:
    written = text(
        element, "pubdate", "atom:published", "dc:date", "atom:updated", "atom:issued", "atom:modified"
    )
    entry.published = values.moment(written) if written else None
    if not written:
        entry.wrong("It has no date; it comes in as a draft.")
    elif entry.published is None:
        entry.wrong(f"“{written[:60]}” is no date that can be understood; it comes in as a draft.")


def _numbers(element: Element, entry: Entry, base: str) -> None:
    _take(element, entry, ("itunes:episode", "podcast:episode"), values.decimal, "number")
    _take(element, entry, ("podcast:episode",), values.decimal, "number")
    _take(element, entry, ("itunes:season", "podcast:season"), _season, "season")
    entry.season_name = values.one_line(attribute(first(element, "podcast:season"), "name"))[:128]
    _take(element, entry, ("itunes:duration",), values.seconds, "seconds")


def _take(
    element: Element, entry: Entry, names: tuple[str, ...], read: Callable[[str], object], into: str
) -> None:
    written = text(element, *names)
    if not written:
        return
    found = read(written)
    if found is None:
        entry.wrong(f"“{written[:40]}” is no {names[0]}; it was left out.")
    else:
        setattr(entry, into, found)


def _season(written: str) -> int | None:
    found = values.whole(written)
    return found if found and found <= 32_767 else None


def _flags(element: Element, entry: Entry, base: str) -> None:
    explicit = text(element, "itunes:explicit", "googleplay:explicit")
    entry.explicit = values.yes(explicit)
    if explicit and entry.explicit is None:
        entry.wrong(f"“{explicit[:40]}” says neither yes nor no to itunes:explicit.")
    kind = text(element, "itunes:episodetype").lower()
    entry.type = kind if kind in _TYPES else "full"
    if kind and kind not in _TYPES:
        entry.wrong(f"“{kind[:40]}” is no itunes:episodeType; there are {', '.join(_TYPES)}.")
    entry.image = parts.image(element, base)
    entry.blocked = text(element, "itunes:block", "podcast:block").lower() == "yes"
    if entry.blocked:
        entry.wrong(
            "It asks directories not to list it (itunes:block); here that can be said of a whole show alone."
        )


def _audio(element: Element, entry: Entry, base: str) -> None:
    """The first enclosure that can be used; the rest, and why none can, is reported."""
    candidates = [*every(element, "enclosure"), *_of_atom(element)] or _of_media(element)
    for each in candidates:
        url, why = _usable(each, entry.link or base)
        if not url:
            entry.wrong(f"Its audio cannot be used. {why}")
        elif entry.audio is None:
            kind = media_type(url, attribute(each, "type"))
            entry.audio = Audio(
                url, kind, min(values.whole(attribute(each, "length", "filesize")) or 0, 10**15)
            )
        elif url != entry.audio.url:
            entry.wrong(f"It has a second enclosure, {url[:120]}, which was left out.")
    if not candidates:
        entry.wrong("It has no audio; it comes in as a draft.")
    elif entry.audio is None:
        entry.wrong("None of its audio can be used; it comes in as a draft.")


def _usable(element: Element, base: str) -> tuple[str, str]:
    written = attribute(element, "url", "href")
    found = link(written, base)
    kind = attribute(element, "type")
    if not found.url:
        return "", found.why
    if is_playlist(found.url, kind):
        return "", f"“{found.url[:80]}” is a playlist, which apps cannot play."
    if kind.partition("/")[0] in ("image", "text"):
        return "", f"“{found.url[:80]}” is {kind[:40]}."
    return found.url, ""


def _of_atom(element: Element) -> list[Element]:
    return [each for each in every(element, "atom:link") if attribute(each, "rel") == "enclosure"]


def _of_media(element: Element) -> list[Element]:
    """Media RSS, where there is nothing else; what only names a player is none."""
    places = (element, *every(element, "media:group"))
    found = (each for place in places for each in every(place, "media:content") if attribute(each, "url"))
    return [each for each in found if attribute(each, "type").partition("/")[0] in ("audio", "video")]


def _chapters(element: Element, entry: Entry, base: str) -> None:
    inline = first(element, "psc:chapters")
    for each in islice(every(inline, "psc:chapter"), MOST) if inline else ():
        at, title = values.seconds(attribute(each, "start")), values.plain(attribute(each, "title"))
        if at is None or not title:
            entry.wrong(
                f"A chapter without a time or a title was left out: “{attribute(each, 'start', 'title')[:40]}”."
            )
        else:
            entry.chapters.append(
                Chapter(at, title.replace(" | ", " / "), link(attribute(each, "href"), most=900).url)
            )
    named = first(element, "podcast:chapters")
    entry.chapters_url = link(attribute(named, "url")).url
    entry.chapters_type = attribute(named, "type")[:60] or "application/json+chapters"
    for each in islice(every(element, "podcast:soundbite"), MOST):
        start, length = (values.seconds(attribute(each, name)) for name in ("starttime", "duration"))
        if start is None or not length:
            entry.wrong("A soundbite without a time or a length was left out.")
        else:
            entry.soundbites.append(
                Soundbite(round(start, 3), round(length, 3), values.one_line(each.text)[:128])
            )


def _namespace(element: Element, entry: Entry, base: str) -> None:
    entry.persons = parts.persons(element)
    entry.funding_url, entry.funding_label, fundings = parts.funding(element)
    licenses = list(every(element, "podcast:license"))
    if len(licenses) == 1 and not attribute(licenses[0], "url"):
        entry.license, licenses = values.one_line(licenses[0].text)[:128], []
    entry.transcripts = [
        found for each in every(element, "podcast:transcript") if (found := _transcript(each))
    ]
    entry.alternate = parts.kept(list(every(element, "podcast:alternateenclosure")))
    entry.more = parts.kept([*fundings, *licenses, *parts.unknown(element, _KNOWN)])


def _transcript(element: Element) -> TranscriptLink | None:
    url = link(attribute(element, "url")).url
    kind = attribute(element, "type").lower()[:60]
    language = attribute(element, "language")[:35]
    return (
        TranscriptLink(url, kind or _OF_TRANSCRIPTS[0], language, attribute(element, "rel")[:40])
        if url
        else None
    )
