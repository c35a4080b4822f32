"""Which episode a file with a transcript belongs to, and how sure that is. Nothing is guessed: what fits nobody is an orphan."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from django.utils.text import slugify
from rapidfuzz import fuzz

from core.slugs import make_slug

FORMATS = ("json", "vtt", "srt", "ttml", "dfxp", "sbv", "html", "md", "markdown", "txt")
"""From those that tell most (speakers and exact times) to those that tell least."""

SIMILAR, CLEARLY = 88, 8  # per cent; by how much it must be more similar than the next
_DATE = re.compile(r"\A\d{4}-\d{1,2}-\d{1,2}[-_ ]?")
_LEADING = re.compile(r"\A#?0*(\d{1,5})(?![\d.])[-_ .:]*")
_TRAILING = re.compile(r"\A(?P<words>[^\d]*?)[-_ #]*0*(?P<number>\d{1,5})\Z")
_VERSION = re.compile(r"[-_ ]?(?:v|version)[-_ ]?(\d{1,2})\Z", re.IGNORECASE)
_NOISE = re.compile(r"[-_ ](?:transcript|captions?|subtitles?|final|youtube|named)\b", re.IGNORECASE)
_COMMON = frozenset(
    {
        "the",
        "and",
        "for",
        "with",
        "from",
        "you",
        "your",
        "are",
        "not",
        "episode",
        "transcript",
        "show",
        "podcast",
    }
)
_EPISODE = frozenset({"ep", "episode", "folge", "show", "transcript", "e"})


class Sure(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"


class Known(NamedTuple):
    """An episode, as far as names can tell."""

    pk: int
    guid: str
    number: str  # 12, 12.5, or ""
    title: str
    slug: str
    words: frozenset[str] = frozenset()  # of title, standfirst and notes, in small Latin letters


class Match(NamedTuple):
    episode: Known
    sure: Sure
    why: str  # “by its number and title”


@dataclass(frozen=True, slots=True)
class Matcher:
    """The episodes of one show."""

    show: str
    by_number: dict[str, list[Known]]
    by_guid: dict[str, Known]
    by_title: dict[str, list[Known]]

    @classmethod
    def of(cls, show: str, episodes: Iterable[Known]) -> "Matcher":
        numbers, titles = defaultdict[str, list[Known]](list), defaultdict[str, list[Known]](list)
        guids = {}
        for episode in episodes:
            if episode.number:
                numbers[episode.number].append(episode)
            for words in {slugify(episode.title), episode.slug}:
                titles[words].append(episode)
            guids[episode.guid.casefold()] = guids[make_slug(episode.guid, 500)] = episode
        return cls(show, numbers, guids, titles)

    def match(self, path: str, title: str = "") -> Match | str:
        """By the file's name, or by the title that stands in it; a sentence if nothing fits.

        A name that begins with the words of another show is no number of this one.
        """
        stem = _stem(path)
        if episode := self.by_guid.get(stem.casefold()) or self.by_guid.get(make_slug(stem, 500)):
            return Match(episode, Sure.CERTAIN, "by its guid")
        number, words = self._number(stem)
        candidates = self.by_number.get(number, [])
        if len(candidates) == 1:
            return _numbered(candidates[0], words, title, self.show)
        pool = candidates or [episode for found in self.by_title.values() for episode in found]
        found = _titled(pool, [words, title])
        if found:
            return found
        if candidates:
            return f"{len(candidates)} episodes have the number {number}, and its name does not tell which one is meant."
        return (
            f"There is no episode {number} here."
            if number
            else "No episode here has its number, title or guid."
        )

    def _number(self, stem: str) -> tuple[str, str]:
        """(number or "", the words beside it)."""
        if dated := _DATE.match(stem):
            return "", stem[dated.end() :]
        if leading := _LEADING.match(stem):
            return leading[1], stem[leading.end() :]
        trailing = _TRAILING.match(stem)
        if trailing and self._is_ours(trailing["words"]):
            return trailing["number"], ""
        return "", stem

    def _is_ours(self, words: str) -> bool:
        letters, own = slugify(words).replace("-", ""), slugify(self.show).replace("-", "")
        return (
            not letters
            or letters in _EPISODE
            or own.startswith(letters)
            or letters in (own, f"the{own}")
            or own == f"the{letters}"
        )


def _stem(path: str) -> str:
    name = PurePosixPath(path).name
    while (dot := name.rpartition("."))[0] and dot[2].lower() in FORMATS:
        name = dot[0]
    return _NOISE.sub("", _VERSION.sub("", name)).strip()


def version(path: str) -> int:
    """Of talk_v2.txt: 2; 0 without one."""
    found = _VERSION.search(PurePosixPath(path).stem)
    return int(found[1]) if found else 0


def _numbered(episode: Known, words: str, title: str, show: str) -> Match | str:
    """A number alone proves nothing when the words beside it belong to another episode, or to another show."""
    said = slugify(words.replace("_", " "))
    if max(_likeness(said, episode), _likeness(slugify(title), episode)) >= SIMILAR:
        return Match(episode, Sure.CERTAIN, "by its number and title")
    telling = significant(said) - significant(slugify(show))
    if not telling:
        return Match(episode, Sure.LIKELY, "by its number")
    if len(telling & episode.words) * 2 >= len(telling):
        return Match(episode, Sure.LIKELY, "by its number; its name fits the notes")
    return (
        f"Episode {episode.number} is called “{episode.title[:80]}”, and the name of the file says something else. Give the "
        f"file the episode's title, or call it {episode.number} alone."
    )


def significant(slug: str) -> frozenset[str]:
    return frozenset(word for word in slug.split("-") if len(word) > 2 and word not in _COMMON)


def _titled(pool: list[Known], said: list[str]) -> Match | None:
    for words in filter(None, (slugify(one.replace("_", " ")) for one in said)):
        ranked = sorted({(_likeness(words, episode), episode) for episode in pool}, reverse=True)[:2]
        if not ranked or ranked[0][0] < SIMILAR:
            continue
        best, episode = ranked[0]
        if len(ranked) == 1 or best - ranked[1][0] >= CLEARLY or (best == 100 and ranked[1][0] < 100):
            sure = Sure.CERTAIN if best == 100 else Sure.LIKELY
            return Match(
                episode,
                sure,
                "by its title" if best == 100 else f"by a similar title: “{episode.title[:80]}”",
            )
    return None


def _likeness(words: str, episode: Known) -> float:
    """Per cent; a few short words are like nothing but themselves."""
    if not words:
        return 0
    titles = {slugify(episode.title), episode.slug}
    if words in titles:
        return 100
    if len(words) < 8:
        return 0
    spaced = words.replace("-", " ")
    return max(fuzz.token_sort_ratio(spaced, title.replace("-", " ")) for title in titles)
