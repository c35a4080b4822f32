"""The files themselves."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import limits, values
from publishing.podcast_check.feed import ITUNES, Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, ITEM, Spot, at, rule

_WHERE = "item/enclosure"
_PLAYLISTS = ("m3u8", "m3u", "pls", "mpd")


@rule(
    "enclosure-missing",
    Level.ERROR,
    ITEM,
    "This episode has no file to play.",
    "Add <enclosure> with url, length and type.",
)
def no_enclosure(item: Element, feed: Feed) -> Iterator[Spot]:
    if item.first("enclosure") is None:
        yield at(item)


@rule(
    "enclosures",
    Level.ERROR,
    ITEM,
    "This episode has {count} enclosures; apps play one of them, and not all the same.",
    "Keep one; others are podcast:alternateEnclosure.",
)
def several(item: Element, feed: Feed) -> Iterator[Spot]:
    found = list(item.all("enclosure"))
    if len(found) > 1:
        yield at(found[1], count=len(found))


@rule(
    "enclosure-twice",
    Level.ERROR,
    CHANNEL,
    "The file of this episode is also that of the one in line {line}.",
    "Give each episode a file with an address of its own.",
)
def same_file(channel: Element, feed: Feed) -> Iterator[Spot]:
    first: dict[str, int] = {}
    for item, enclosure in feed.enclosures():
        url = enclosure.get("url")
        if url and first.setdefault(url, enclosure.line) != enclosure.line:
            yield Spot(enclosure.line, {"line": first[url]}, item)


@rule(
    "enclosure-without-address",
    Level.ERROR,
    _WHERE,
    "The enclosure has no address.",
    'Write <enclosure url="…" length="…" type="…"/>.',
)
def no_address(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    if not enclosure.get("url"):
        yield at(enclosure)


@rule(
    "enclosure-length",
    Level.ERROR,
    _WHERE,
    "The enclosure's length is “{length}”, and it should be the file's size in bytes.",
    "Write the exact number of bytes.",
)
def length(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    if not values.is_number(enclosure.get("length")):
        yield at(enclosure, length=enclosure.get("length"))


@rule(
    "enclosure-length-small",
    Level.WARNING,
    ITEM,
    "{length} bytes are not enough for {seconds} seconds of sound.",
    "Write the exact number of bytes, not of seconds or kilobytes.",
)
def too_small(item: Element, feed: Feed) -> Iterator[Spot]:
    enclosure, seconds = item.first("enclosure"), values.seconds_of(item.text_of("duration", ITUNES))
    length = enclosure.get("length") if enclosure else ""
    bytes_said = int(length) if values.is_number(length) else 0
    if enclosure and seconds and 0 < bytes_said < limits.LEAST_BYTES_A_SECOND * seconds:
        yield at(enclosure, length=length, seconds=round(seconds))


@rule(
    "enclosure-length-wrong",
    Level.ERROR,
    _WHERE,
    "The enclosure says {said} bytes, and the file has {real}.",
    "Write the exact number of bytes.",
)
def wrong_length(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    file, said = feed.facts.files.get(enclosure.get("url")), enclosure.get("length")
    if file and file.bytes is not None and values.is_number(said) and int(said) != file.bytes:
        yield at(enclosure, said=said, real=file.bytes)


@rule(
    "enclosure-unreachable",
    Level.ERROR,
    _WHERE,
    "The file cannot be had: {problem}",
    "Put it back, or correct the address.",
)
def unreachable(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    file = feed.facts.files.get(enclosure.get("url"))
    if file and file.problem:
        yield at(enclosure, problem=file.problem)


@rule(
    "enclosure-type-served",
    Level.WARNING,
    _WHERE,
    "The feed calls the file {said}, and its server {real}.",
    "Let both say the same.",
)
def served_type(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    file, said = feed.facts.files.get(enclosure.get("url")), enclosure.get("type").lower()
    if file and file.type and said and file.type != said:
        yield at(enclosure, said=said, real=file.type)


@rule(
    "enclosure-ranges",
    Level.WARNING,
    _WHERE,
    "The server gives the file in one piece alone: nobody can jump in it, or go on with a download.",
    "Let it answer Range requests (Accept-Ranges: bytes).",
)
def no_ranges(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    file = feed.facts.files.get(enclosure.get("url"))
    if file and not file.problem and not file.ranges:
        yield at(enclosure)


@rule(
    "enclosure-playlist",
    Level.ERROR,
    _WHERE,
    "The enclosure is a playlist (.{extension}), which most apps cannot download.",
    "Name an .mp3 or .m4a; the stream is a podcast:alternateEnclosure.",
)
def playlist(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    found = values.extension(enclosure.get("url"))
    if found in _PLAYLISTS or "mpegurl" in enclosure.get("type").lower():
        yield at(enclosure, extension=found or "m3u8")


@rule(
    "enclosure-format",
    Level.ERROR,
    _WHERE,
    "Apps do not play .{extension}.",
    "Publish it as .mp3 or .m4a (video: .mp4).",
)
def unsupported(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    found = values.extension(enclosure.get("url"))
    if found in _UNPLAYED:
        yield at(enclosure, extension=found)


@rule(
    "enclosure-extension",
    Level.WARNING,
    _WHERE,
    "The path of the file does not end in .mp3, .m4a or .mp4, by which some apps know what it is.",
    "Give it an address with an extension.",
)
def no_extension(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    url = enclosure.get("url")
    found = values.extension(url)
    if url and found not in {*limits.ENCLOSURE_TYPES, *_UNPLAYED, *_PLAYLISTS}:
        yield at(enclosure)


@rule(
    "enclosure-type",
    Level.ERROR,
    _WHERE,
    "The enclosure has no media type.",
    "Add type, such as audio/mpeg.",
)
def no_type(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    if "/" not in enclosure.get("type"):
        yield at(enclosure)


@rule(
    "enclosure-type-wrong",
    Level.WARNING,
    _WHERE,
    "“{type}” is not the type of an .{extension}; {right} is.",
    "Write the type that fits the file.",
)
def wrong_type(enclosure: Element, feed: Feed) -> Iterator[Spot]:
    found, said = values.extension(enclosure.get("url")), enclosure.get("type").lower()
    right = limits.ENCLOSURE_TYPES.get(found, ())
    if "/" in said and right and said not in right:
        yield at(enclosure, type=said, extension=found, right=right[0])


_UNPLAYED = frozenset({"wmv", "wma", "avi", "ogg", "oga", "opus", "flac", "wav", "webm", "mkv", "ra", "rm"})
