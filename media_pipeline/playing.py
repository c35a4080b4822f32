"""What the player (`templates/components/player.html`) is given: one recording with all that stands around it.

    {% include "components/player.html" with playable=playable %}

Addresses may be relative, absolute or signed; media hosts must allow cross-origin reading (CORS), as the player asks so
unless it is told that they are strangers'.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

HLS = "application/vnd.apple.mpegurl"
_CAPTIONS = ("captions", "subtitles")
_MOMENT = re.compile(
    r"(?:(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})|(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s?)?)", re.ASCII
)


@dataclass(frozen=True)
class Source:
    url: str
    type: str  # a media type: application/vnd.apple.mpegurl, video/mp4, audio/mp4, audio/mpeg
    keep: str = ""  # where it is answered as a file to keep; another host's `url` would be played instead

    @property
    def extension(self) -> str:
        """M4A, MP3, MP4: as people call such a file."""
        names = {"audio/mpeg": "MP3", "audio/mp4": "M4A"}
        return names.get(self.type, self.type.rpartition("/")[2].upper())


@dataclass(frozen=True)
class Track:
    """A WebVTT file. Storyboards are not tracks here, see Playable."""

    url: str
    language: str  # BCP 47
    label: str
    kind: Literal["captions", "subtitles", "chapters", "descriptions"] = "captions"


@dataclass(frozen=True)
class Chapter:
    seconds: float
    title: str
    url: str = ""  # a page about it

    @property
    def clock(self) -> str:
        return clock(self.seconds)


@dataclass(frozen=True)
class Next:
    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Playable:
    """One recording; `sources` best first, and one of them not HLS, for browsers without it and for downloading.

    Chapters are put in order. Raises ValueError if there is no source.
    """

    title: str
    kind: Literal["audio", "video"]
    sources: tuple[Source, ...]
    duration: float  # seconds
    key: str  # under which a browser keeps the position; the same for all renditions of a recording
    poster: str = ""
    width: int = 0  # pixels, of the video as shown
    height: int = 0
    tracks: tuple[Track, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    storyboard: str = ""  # WebVTT whose cues name pieces of pictures: sprite.jpg#xywh=160,90,160,90
    waveform: str = ""  # JSON: {"peaks": [numbers from 0, any scale]}
    page: str = ""  # the canonical address, for links to a moment; empty: the page that is shown
    next: Next | None = None
    artwork: str = ""
    artist: str = ""
    again: str = ""  # an address that tells where else to get it, see static/js/elements/media-regions.js
    strangers: bool = False  # at a host that owes us nothing: asked without CORS, so never HLS
    start: float = 0  # seconds; without JavaScript a link to a moment needs the server's help

    speeds: ClassVar = ("0.5", "0.75", "1", "1.25", "1.5", "1.75", "2", "2.5", "3")

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError(f"{self.title!r} has nothing to play: give at least one source.")
        in_order = tuple(sorted(self.chapters, key=lambda chapter: chapter.seconds))
        object.__setattr__(self, "chapters", in_order)

    @property
    def download(self) -> Source | None:
        """The file to offer for keeping: the first that is whole in itself."""
        return next((source for source in self.sources if source.type != HLS), None)

    @property
    def has_captions(self) -> bool:
        return self.kind == "video" and any(track.kind in _CAPTIONS for track in self.tracks)

    @property
    def marks(self) -> tuple[str, ...]:
        """Where chapters begin on the bar, as percentages; the very beginning needs no mark."""
        within = [chapter.seconds for chapter in self.chapters if 0 < chapter.seconds < self.duration]
        return tuple(f"{100 * seconds / self.duration:.2f}%" for seconds in within)

    @property
    def fragment(self) -> str:
        """What makes a file start at `start` (https://www.w3.org/TR/media-frags/#naming-time)."""
        return f"#t={self.start:g}" if self.start else ""

    @property
    def clock(self) -> str:
        return clock(self.duration)


def clock(seconds: float) -> str:
    """12:34, or 1:02:03 from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def moment(text: str) -> float | None:
    """The seconds that somebody asked for with `?t=`: 754, 754s, 12:34, 1:02:03 or 1h2m3s; None if it is none of these."""
    found = _MOMENT.fullmatch(text[:20].strip().lower())
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (
        int(a or b or 0) for a, b in zip(found.groups()[:3], found.groups()[3:], strict=True)
    )
    return float(3600 * hours + 60 * minutes + seconds)
