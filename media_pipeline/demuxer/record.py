"""The typed record of a media file. Seconds are floats, sizes bytes, rates `Fraction`s, languages ISO 639 codes or ""."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Literal, Self

HDR = ("smpte2084", "arib-std-b67")  # PQ and HLG


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The moving picture. `width` and `height` are as shown: turned upright, with square pixels."""

    index: int  # of the stream in the file
    codec: str
    profile: str
    level: int  # as the codec counts it; 0 if unknown
    pixel_format: str
    bit_depth: int
    width: int
    height: int
    coded_width: int  # as stored, before the pixels' aspect and the rotation
    coded_height: int
    sample_aspect: Fraction  # 1 if the file says nothing, or nothing believable
    rotation: int  # 0, 90, 180 or 270 degrees clockwise, to be applied to what is stored
    frame_rate: Fraction | None  # average, per second
    base_rate: Fraction | None  # the lowest rate that can show every time stamp (r_frame_rate)
    variable: bool
    field_order: Literal["progressive", "tt", "bb", "tb", "bt", "unknown"]
    transfer: str  # ffmpeg's names, such as "bt709"; "unknown" if unsaid
    primaries: str
    matrix: str
    color_range: Literal["tv", "pc", "unknown"]
    bit_rate: int | None  # bits per second
    start: float
    duration: float | None
    keyframe_gap: float | None  # the longest time from one key frame to the next, where the file has an index

    @property
    def interlaced(self) -> bool:
        return self.field_order in ("tt", "bb", "tb", "bt")

    @property
    def hdr(self) -> bool:
        return self.transfer in HDR


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    index: int
    codec: str
    profile: str
    channels: int
    layout: str  # "mono", "stereo", "5.1(side)"; "" if the file does not say
    sample_rate: int
    sample_format: str
    language: str
    title: str
    bit_rate: int | None
    start: float
    duration: float | None
    default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtitle:
    index: int
    codec: str
    text: bool  # cues can become WebVTT; False for pictures
    language: str
    title: str
    default: bool
    forced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    start: float
    end: float
    title: str
    url: str  # "" or http(s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    composer: str = ""
    comment: str = ""
    description: str = ""
    genre: str = ""
    date: str = ""
    track: str = ""
    copyright: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The picture that the file carries; `probing.cover` reads it. Nobody has decoded it yet."""

    index: int
    content_type: str  # "image/jpeg", "image/png", ...
    bytes: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """EBU R 128 of the first audio stream as it would be heard in stereo. None means silence (-inf)."""

    integrated: float | None  # LUFS
    range: float  # LU
    true_peak: float | None  # dBTP
    channels: tuple[float | None, ...]  # RMS of each channel of the source, dBFS


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    format: str  # the demuxer to force: `ffmpeg.source(path, probe.format)`
    kind: Literal["audio", "video"]  # a cover picture does not make a video
    bytes: int
    duration: float
    start: float
    bit_rate: int
    video: Video | None
    audio: tuple[Audio, ...]
    subtitles: tuple[Subtitle, ...]
    chapters: tuple[Chapter, ...]
    tags: Tags
    cover: Cover | None
    notes: tuple[str, ...] = ()  # sentences for an editor: what was left out
    loudness: Loudness | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSONField keeps it; `from_json` reads it back, the same."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        return cls(
            **told
            | {
                "video": told["video"] and _video(told["video"]),
                "audio": tuple(Audio(**each) for each in told["audio"]),
                "subtitles": tuple(Subtitle(**each) for each in told["subtitles"]),
                "chapters": tuple(Chapter(**each) for each in told["chapters"]),
                "tags": Tags(**told["tags"]),
                "cover": told["cover"] and Cover(**told["cover"]),
                "notes": tuple(told["notes"]),
                "loudness": told["loudness"] and _loudness(told["loudness"]),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Fraction) else value


def _video(told: dict[str, Any]) -> Video:
    rates = ("sample_aspect", "frame_rate", "base_rate")
    return Video(**told | {name: told[name] and Fraction(told[name]) for name in rates})


def _loudness(told: dict[str, Any]) -> Loudness:
    return Loudness(**told | {"channels": tuple(told["channels"])})
