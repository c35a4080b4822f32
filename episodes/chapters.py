"""Chapters and soundbites as editors write them: a line each.

00:12:30 Title | https://example.org/        a chapter
00:12:30 45 Title                            a soundbite of 45 seconds
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from media_pipeline.playing import clock

MOST = 500
_TIME = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7})(?:[.,](\d{1,9}))?", re.ASCII)
_LINK = re.compile(r"https?://[^\s<>\"|]{1,1000}", re.IGNORECASE)


class Unreadable(ValueError):
    """`Unreadable(line, sentence)`; `line` counts from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Chapter:
    seconds: float
    title: str
    url: str = ""

    def __str__(self) -> str:
        link = f" | {self.url}" if self.url else ""
        return f"{stamp(self.seconds)} {self.title}{link}"


@dataclass(frozen=True, slots=True)
class Soundbite:
    seconds: float
    length: float  # seconds
    title: str = ""

    def __str__(self) -> str:
        return f"{stamp(self.seconds)} {self.length:g} {self.title}".rstrip()

    @property
    def clock(self) -> str:
        return clock(self.seconds)


def read_chapters(text: str) -> list[Chapter]:
    """In the order of the text. Raises Unreadable."""
    return list(_read(text, _chapter))


def read_soundbites(text: str) -> list[Soundbite]:
    """In the order of the text. Raises Unreadable."""
    return list(_read(text, _soundbite))


def chapters_of(text: str) -> list[Chapter]:
    """Those of the lines that can be read, in order of time."""
    return sorted(_readable(text, _chapter), key=lambda chapter: chapter.seconds)


def soundbites_of(text: str) -> list[Soundbite]:
    """Those of the lines that can be read, as they stand."""
    return list(_readable(text, _soundbite))


def written(lines: list[Chapter] | list[Soundbite]) -> str:
    return "\n".join(map(str, lines))


def stamp(seconds: float) -> str:
    """00:12:30, or 00:12:30.250 where it is no whole second."""
    thousandths = round(seconds * 1000)
    rest, milliseconds = divmod(thousandths, 1000)
    hours, rest = divmod(rest, 3600)
    minutes, whole = divmod(rest, 60)
    fraction = f".{milliseconds:03}" if milliseconds else ""
    return f"{hours:02}:{minutes:02}:{whole:02}{fraction}"


def seconds_of(text: str) -> float | None:
    """Of 00:12:30, 12:30, 750 or 12:30.5; None if it is no time."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hours, minutes, whole = (int(part or 0) for part in found.groups()[:3])
    return 3600 * hours + 60 * minutes + whole + float(f"0.{found[4] or 0}")


def _read[T](text: str, read: Callable[[int, str], T]) -> Iterator[T]:
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST:
        raise Unreadable(lines[MOST][0], f"There are more than {MOST} lines.")
    for number, line in lines:
        yield read(number, line)


def _readable[T](text: str, read: Callable[[int, str], T]) -> Iterator[T]:
    for number, line in enumerate(text.splitlines()[: 2 * MOST], 1):
        try:
            if line.strip():
                yield read(number, line.strip())
        except Unreadable:
            continue  # a draft may hold anything; `read_chapters` is what tells its editor


def _chapter(number: int, line: str) -> Chapter:
    at, rest = _begin(number, line)
    title, _, link = (part.strip() for part in rest.rpartition(" | ")) if " | " in rest else (rest, "", "")
    if link and not _LINK.fullmatch(link):
        raise Unreadable(number, f"“{link[:60]}” is no address; it begins with https://.")
    if not title:
        raise Unreadable(number, "The chapter has no title.")
    return Chapter(at, title, link)


def _soundbite(number: int, line: str) -> Soundbite:
    at, rest = _begin(number, line)
    length, _, title = rest.partition(" ")
    seconds = seconds_of(length)
    if not seconds:
        raise Unreadable(number, "After the time stands how many seconds it lasts: 00:12:30 45 Title.")
    return Soundbite(at, seconds, title.strip())


def _begin(number: int, line: str) -> tuple[float, str]:
    first, _, rest = line.partition(" ")
    seconds = seconds_of(first)
    if seconds is None:
        raise Unreadable(number, f"“{first[:20]}” is no time. Begin with one, like 00:12:30.")
    return seconds, rest.strip()
