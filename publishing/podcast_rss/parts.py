"""What a podcast's feed is made of. Addresses are absolute, moments carry a zone, empty means: leave it out.

Texts may be of any length and hold anything; the writer bounds and escapes them. Small parts are tuples, because a feed
of five hundred items has ten thousand of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

type Extra = Mapping[str, Any]
"""An element that is given out as it came: {"name": "podcast:value", "attributes": {…}, "text": "…", "children": […]}."""


class File(NamedTuple):
    """An enclosure: `bytes` exactly as served; 0 if nobody knows."""

    url: str
    type: str
    bytes: int = 0


class Picture(NamedTuple):
    url: str
    width: int = 0  # pixels
    height: int = 0
    type: str = ""
    alt: str = ""


class Person(NamedTuple):
    name: str
    role: str = "host"
    href: str = ""
    img: str = ""


class Funding(NamedTuple):
    url: str
    text: str


class License(NamedTuple):
    name: str  # an identifier such as cc-by-4.0, or a name
    url: str = ""


class Remote(NamedTuple):
    """Another feed, by its podcast:guid."""

    guid: str
    url: str = ""
    title: str = ""
    medium: str = ""


class Frequency(NamedTuple):
    text: str
    rule: str = ""  # RFC 5545, without "RRULE:"
    complete: bool = False


class Trailer(NamedTuple):
    title: str
    file: File
    published: datetime
    season: int | None = None


class Transcript(NamedTuple):
    url: str
    type: str
    language: str = ""
    rel: str = ""
    version: str = ""  # stands nowhere; that it is another one is a change of the feed


class Chapters(NamedTuple):
    url: str
    type: str = "application/json+chapters"


class Soundbite(NamedTuple):
    seconds: float
    length: float  # seconds
    title: str = ""


class Alternate(NamedTuple):
    """The same in another form. `sha256` (hex) becomes its podcast:integrity."""

    file: File
    title: str = ""
    bits: int = 0  # a second
    height: int = 0  # pixels
    sha256: str = ""


class ContentLink(NamedTuple):
    url: str
    text: str


@dataclass(slots=True, kw_only=True)
class Item:
    title: str
    guid: str
    file: File
    published: datetime
    link: str = ""
    summary: str = ""  # plain text: one or two sentences
    notes: str = ""  # HTML, whole; the description is made of it
    seconds: float = 0
    image: Picture | None = None
    explicit: bool = False
    number: str = ""  # 12, 12.5
    season: int | None = None
    season_name: str = ""
    type: str = "full"
    show: Remote | None = None  # where a feed of many shows has it from
    author: str = ""
    persons: Sequence[Person] = ()
    transcripts: Sequence[Transcript] = ()
    chapters: Chapters | None = None
    soundbites: Sequence[Soundbite] = ()
    alternates: Sequence[Alternate] = ()
    funding: Funding | None = None
    license: License | None = None
    extras: Sequence[Extra] = ()


@dataclass(slots=True, kw_only=True)
class Live:
    """podcast:liveItem. `status` is pending, live or ended."""

    title: str
    guid: str
    status: str
    starts: datetime
    ends: datetime
    link: str
    file: File | None = None
    description: str = ""  # plain text
    image: Picture | None = None
    author: str = ""
    explicit: bool = False
    persons: Sequence[Person] = ()
    content_links: Sequence[ContentLink] = ()


@dataclass(slots=True, kw_only=True)
class Pages:
    """Of RFC 5005: where the rest of a long back catalogue is. `previous` are newer items, `next` older ones."""

    first: str
    last: str
    previous: str = ""
    next: str = ""


@dataclass(slots=True, kw_only=True)
class Channel:
    title: str
    link: str
    address: str  # of the feed itself, as it is asked for
    description: str  # plain text
    language: str = "en"
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""  # empty in members' own feeds
    image: Picture | None = None
    pictures: Sequence[Picture] = ()
    categories: Sequence[tuple[str, str]] = ()  # (category, subcategory or "")
    explicit: bool = False
    type: str = "episodic"
    copyright: str = ""
    guid: str = ""
    locked: bool | None = None
    medium: str = "podcast"
    funding: Funding | None = None
    license: License | None = None
    location: str = ""
    frequency: Frequency | None = None
    persons: Sequence[Person] = ()
    podroll: Sequence[Remote] = ()
    publisher: Remote | None = None
    remotes: Sequence[Remote] = ()  # the shows of a publisher
    txt: Sequence[tuple[str, str]] = ()  # (purpose or "", value)
    trailer: Trailer | None = None
    live: Sequence[Live] = ()
    complete: bool = False
    blocked: bool = False
    moved_to: str = ""
    pages: Pages | None = None
    extras: Sequence[Extra] = ()
