"""The texts in a file: tags and chapters, cleaned and cut to a length that a page can show."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from itertools import islice

from av.container import InputContainer

from media_pipeline.demuxer.record import Chapter, Tags

MOST_CHAPTERS = 1000
_LONGEST = {"comment": 10_000, "description": 10_000}
_ELSEWHERE = {
    "description": ("synopsis", "lyrics-eng", "lyrics"),
    "date": ("year",),
    "comment": ("comments",),
}
_LINK = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)


def clean(text: object, longest: int = 500) -> str:
    """Without control, private and half characters; line ends survive, other white space is one space."""
    whole = unicodedata.normalize("NFC", str(text)[: longest * 4])
    kept = "".join(
        each if each == "\n" or unicodedata.category(each) not in ("Cc", "Cs", "Cn", "Co", "Cf") else " "
        for each in re.sub(r"\r\n?|[\x85\u2028\u2029]", "\n", whole)
    )
    lines = (" ".join(line.split()) for line in kept.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:longest].rstrip()


def one_line(text: object, longest: int = 500) -> str:
    return " ".join(clean(text, longest).split())


def tags(container: InputContainer) -> Tags:
    """The file's own first, then those of its first sound (Ogg keeps them there)."""
    said: dict[str, str] = {}
    for metadata in [container.metadata, *(stream.metadata for stream in container.streams.audio[:1])]:
        for name, value in metadata.items():
            said.setdefault(str(name).lower(), value)
    return Tags(**{field.name: _tag(said, field.name) for field in fields(Tags)})


def _tag(said: Mapping[str, str], name: str) -> str:
    for key in (name, *_ELSEWHERE.get(name, ())):
        longest = _LONGEST.get(name)
        if value := clean(said.get(key, ""), longest) if longest else one_line(said.get(key, "")):
            return value
    return ""


def chapters(container: InputContainer) -> tuple[tuple[Chapter, ...], int]:
    """In the order of their starts, at most MOST_CHAPTERS; and how many the file has."""
    told = container.chapters()
    links = _vorbis_links(container)
    found = []
    for each in islice(told, MOST_CHAPTERS):
        unit = float(each["time_base"])
        metadata = each["metadata"]
        url = links.get(each["id"]) or one_line(metadata.get("url", ""), 2000)
        found.append(
            Chapter(
                start=max(0.0, each["start"] * unit),
                end=max(0.0, each["end"] * unit),
                title=one_line(metadata.get("title", "")),
                url=url if _LINK.fullmatch(url) else "",
            )
        )
    return tuple(sorted(found, key=lambda chapter: chapter.start)), len(told)


def _vorbis_links(container: InputContainer) -> dict[int, str]:
    """CHAPTER001URL and so on, which libavformat leaves among the tags."""
    links = {}
    for stream in container.streams.audio[:1]:
        for name, value in stream.metadata.items():
            if match := re.fullmatch(r"CHAPTER(\d{1,4})URL", str(name), re.IGNORECASE):
                links[int(match[1])] = one_line(value, 2000)
    return links
