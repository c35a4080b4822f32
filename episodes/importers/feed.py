"""What a feed says, as plain values, with a sentence for everything in it that is wrong. No database, no network."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from episodes.chapters import Chapter, Soundbite
from episodes.kept import Element

MOST_ITEMS = 50_000


class Problem(NamedTuple):
    """`where` names the item, by its title, and its line."""

    where: str
    why: str


class Named(NamedTuple):
    """A podcast:person."""

    name: str
    role: str = "host"
    href: str = ""
    img: str = ""


class Audio(NamedTuple):
    """An enclosure. `bytes` as told, 0 if it is not."""

    url: str
    type: str
    bytes: int = 0


class TranscriptLink(NamedTuple):
    url: str
    type: str
    language: str = ""
    rel: str = ""


@dataclass(slots=True)
class Channel:
    line: int = 0
    title: str = ""
    tagline: str = ""
    link: str = ""
    description: str = ""
    language: str = ""
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    type: str = ""
    medium: str = ""
    image: str = ""
    categories: list[str] = field(default_factory=list)
    explicit: bool | None = None
    copyright: str = ""
    license: str = ""
    license_url: str = ""
    funding_url: str = ""
    funding_label: str = ""
    frequency: str = ""
    frequency_rule: str = ""
    location: str = ""
    podroll: str = ""
    txt: str = ""
    locked: bool | None = None
    locked_owner: str = ""
    complete: bool = False
    hidden: bool = False
    moved_to: str = ""
    address: str = ""  # its own, as it says
    next_page: str = ""
    guid: UUID | None = None
    persons: list[Named] = field(default_factory=list)
    more: list[Element] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """One item. `number_in_feed` counts from 1; `line` is 0 where nobody can tell any more."""

    number_in_feed: int
    line: int = 0
    guid: str = ""
    title: str = ""
    link: str = ""
    notes: str = ""  # HTML, as it came
    standfirst: str = ""
    published: datetime | None = None
    season: int | None = None
    season_name: str = ""
    number: Decimal | None = None
    type: str = "full"
    explicit: bool | None = None
    image: str = ""
    blocked: bool = False
    audio: Audio | None = None
    seconds: float | None = None
    persons: list[Named] = field(default_factory=list)
    transcripts: list[TranscriptLink] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    chapters_url: str = ""
    chapters_type: str = ""
    soundbites: list[Soundbite] = field(default_factory=list)
    funding_url: str = ""
    funding_label: str = ""
    license: str = ""
    alternate: list[Element] = field(default_factory=list)
    more: list[Element] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def where(self) -> str:
        name = f" “{self.title[:80]}”" if self.title else ""
        line = f", line {self.line}" if self.line else ""
        return f"item {self.number_in_feed}{name}{line}"

    def wrong(self, why: str) -> None:
        self.problems.append(Problem(self.where, why))


@dataclass(slots=True)
class Feed:
    channel: Channel
    entries: list[Entry]
    encoding: str = "utf-8"
    problems: list[Problem] = field(default_factory=list)  # of the document as a whole

    @property
    def dated(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.published]

    @property
    def all_problems(self) -> list[Problem]:
        of_entries = [problem for entry in self.entries for problem in entry.problems]
        return [*self.problems, *self.channel.problems, *of_entries]
