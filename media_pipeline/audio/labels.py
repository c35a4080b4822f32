"""The words that go into the files: the owner's, else those that the source brought along."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.work import Permanent
from media_pipeline.models import MediaAsset
from media_pipeline.probing import Probe

OWN = "own"
MOST_CHAPTERS = 255  # the tables of ID3 (CTOC) and of MP4 (chpl) count in one byte
_LONGEST_TITLE = 250  # bytes; chpl again
_LONGEST = {"comment": 4000}
_LINK = re.compile(r"https?://[^\s<>\"]{1,500}", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(-\d\d-\d\d)?")


@dataclass(frozen=True, slots=True)
class Mark:
    start: float  # seconds
    end: float
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    title: str
    artist: str
    album: str
    number: str
    date: str  # YYYY or YYYY-MM-DD
    comment: str
    chapters: tuple[Mark, ...]
    cover: str  # the key of an image in the storage, OWN for the file's own, or ""


NAMES = tuple(field.name for field in fields(Label))


def label(tags: Mapping[str, Any], probe: Probe, duration: float) -> Label:
    """What `tags` says counts, also where it says nothing ("" or []); the source fills in what is not in it.

    Raises Permanent with a sentence for whoever wrote the tags.
    """
    if unknown := set(tags) - set(NAMES):
        raise Permanent(f"There is no tag “{min(unknown)}”; there are {', '.join(NAMES)}.")
    own = probe.tags
    said = {
        "title": own.title,
        "artist": own.artist or own.album_artist,
        "album": own.album,
        "number": own.track,
        "date": own.date,
        "comment": own.comment or own.description,
    }
    words = {name: _clean(tags.get(name, default), _LONGEST.get(name, 300)) for name, default in said.items()}
    date = _DATE.match(words.pop("date"))
    return Label(
        **words,
        date=date[0] if date else "",
        chapters=_chapters(tags["chapters"], duration)
        if "chapters" in tags
        else _own_chapters(probe, duration),
        cover=_cover(tags["cover"]) if "cover" in tags else OWN if probe.cover else "",
    )


def _own_chapters(probe: Probe, duration: float) -> tuple[Mark, ...]:
    return _in_order(((each.start, each.title, each.url) for each in probe.chapters), duration)


def _chapters(told: Any, duration: float) -> tuple[Mark, ...]:
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise Permanent("The chapters are not a list of starts and titles.")
    return _in_order(
        ((_seconds(each), each.get("title", ""), each.get("url", "")) for each in told), duration
    )


def _seconds(chapter: Mapping[str, Any]) -> float:
    start = chapter.get("start")
    if isinstance(start, bool) or not isinstance(start, int | float) or not 0 <= start < math.inf:
        raise Permanent(f"The chapter “{_clean(chapter.get('title', ''), 80)}” has no start in seconds.")
    return float(start)


def _in_order(told: Iterable[tuple[float, Any, Any]], duration: float) -> tuple[Mark, ...]:
    """One a moment, the last of those that share it; none behind the end."""
    marks = {round(start, 3): (title, url) for start, title, url in sorted(told, key=lambda each: each[0])}
    within = [start for start in marks if start < duration - 0.05][:MOST_CHAPTERS]
    ends = [*within[1:], round(duration, 3)]
    return tuple(
        Mark(start, end, _title(marks[start][0], number), _link(marks[start][1]))
        for number, (start, end) in enumerate(zip(within, ends, strict=False), 1)
    )


def _title(text: Any, number: int) -> str:
    kept = _clean(text, 200).encode()[:_LONGEST_TITLE].decode(errors="ignore").strip()
    return kept or f"Chapter {number}"


def _link(text: Any) -> str:
    url = _clean(text, 600)
    return url if _LINK.fullmatch(url) else ""


def _cover(told: Any) -> str:
    if not told:
        return ""
    found = MediaAsset.objects.filter(pk=told, kind=MediaAsset.Kind.IMAGE) if isinstance(told, int) else None
    if not found or not (image := found.first()):
        raise Permanent(f"The cover, image {told}, does not exist.")
    return image.key


def _clean(text: Any, longest: int) -> str:
    """One line without control characters. Whatever is no text and no number is no word either.

    A backslash at the end is dropped: ffmpeg would take the next line for more of this one, escaped or not.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float | None):
        raise Permanent(f"A tag must be a text, and not {type(text).__name__}.")
    normal = unicodedata.normalize("NFC", "" if text is None else str(text)[: 4 * longest])
    kept = "".join(
        " " if unicodedata.category(each) in ("Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp") else each
        for each in normal
    )
    return " ".join(kept.split())[:longest].rstrip(" \\")
