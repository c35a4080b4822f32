"""PyAV's streams as the records of `record.py`."""

import math
import struct
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from media_pipeline.demuxer.record import Audio, Subtitle, Video
from media_pipeline.demuxer.words import one_line

_FIELDS: tuple[Literal["unknown", "progressive", "tt", "bb", "tb", "bt"], ...] = (
    "unknown",
    "progressive",
    "tt",
    "bb",
    "tb",
    "bt",
)
_RANGES: tuple[Literal["unknown", "tv", "pc"], ...] = ("unknown", "tv", "pc")
# ITU-T H.273 numbers, ffmpeg's names
_TRANSFERS = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    11: "iec61966-2-4",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    17: "smpte428",
    18: "arib-std-b67",
}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    10: "smpte428",
    11: "smpte431",
    12: "smpte432",
    22: "ebu3213",
}
_MATRICES = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
    14: "ictcp",
}
_UNSAID = {1: "mono", 2: "stereo"}  # what everybody assumes
_TEXTS = frozenset(
    {"subrip", "srt", "webvtt", "ass", "ssa", "mov_text", "text", "ttml", "microdvd", "subviewer"}
)


def usable(stream: Stream) -> bool:
    """There is a decoder for it."""
    return stream.codec_context is not None


def moving(container: InputContainer) -> VideoStream | None:
    """The stream that is the film: never a picture that merely comes along."""
    films = [
        stream
        for stream in container.streams.video
        if usable(stream) and not stream.disposition & (Disposition.attached_pic | Disposition.still_image)
    ]
    chosen = [stream for stream in films if stream.disposition & Disposition.default]
    return next(iter(chosen or films), None)


def video(stream: VideoStream) -> Video:
    context = stream.codec_context
    coded = (context.width, context.height)
    aspect = _believable(_fraction(stream.sample_aspect_ratio))
    turned = rotation(context.coded_side_data)
    shown = (max(1, round(coded[0] * aspect)) if coded[0] else 0, coded[1])
    times = _times(stream)
    average, base = _fraction(stream.average_rate), _fraction(stream.base_rate)
    field_order = _FIELDS[context.field_order] if 0 <= context.field_order < len(_FIELDS) else "unknown"
    return Video(
        index=stream.index,
        codec=context.codec.canonical_name,
        profile=context.profile or "",
        level=max(0, context.level),
        pixel_format=context.pix_fmt or "",
        bit_depth=context.format.components[0].bits if context.format else 8,
        width=shown[1] if turned in (90, 270) else shown[0],
        height=shown[0] if turned in (90, 270) else shown[1],
        coded_width=coded[0],
        coded_height=coded[1],
        sample_aspect=aspect,
        rotation=turned,
        frame_rate=average,
        base_rate=base,
        variable=_uneven(times) if len(times) > 2 else _differ(average, base, field_order),
        field_order=field_order,
        transfer=_TRANSFERS.get(context.color_trc, "unknown"),
        primaries=_PRIMARIES.get(context.color_primaries, "unknown"),
        matrix=_MATRICES.get(context.colorspace, "unknown"),
        color_range=_RANGES[context.color_range] if 0 <= context.color_range < len(_RANGES) else "unknown",
        bit_rate=context.bit_rate or None,
        start=_seconds(stream, stream.start_time) or 0.0,
        duration=_seconds(stream, stream.duration),
        keyframe_gap=_keyframe_gap(stream, times),
    )


def audio(stream: AudioStream) -> Audio:
    context = stream.codec_context
    layout = context.layout.name
    return Audio(
        index=stream.index,
        codec=context.codec.canonical_name,
        profile=context.profile or "",
        channels=context.channels,
        layout=_UNSAID.get(context.channels, "") if "channels" in layout else layout,
        sample_rate=context.sample_rate,
        sample_format=context.format.name if context.format else "",
        language=_language(stream),
        title=_title(stream),
        bit_rate=context.bit_rate or None,
        start=_seconds(stream, stream.start_time) or 0.0,
        duration=_seconds(stream, stream.duration),
        default=bool(stream.disposition & Disposition.default),
    )


def subtitle(stream: SubtitleStream) -> Subtitle:
    codec = stream.codec_context.codec.canonical_name
    return Subtitle(
        index=stream.index,
        codec=codec,
        text=codec in _TEXTS,
        language=_language(stream),
        title=_title(stream),
        default=bool(stream.disposition & Disposition.default),
        forced=bool(stream.disposition & Disposition.forced),
    )


def rotation(side_data: Any) -> int:
    """Degrees clockwise, to the next quarter, of a display matrix (libavutil/display.h)."""
    matrix = side_data.get("display_matrix", b"")
    if len(matrix) != 36:
        return 0
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix)
    first, second = math.hypot(a, c), math.hypot(b, d)
    if not first or not second:
        return 0
    return round(math.degrees(math.atan2(b / second, a / first)) / 90) % 4 * 90


def _believable(aspect: Fraction | None) -> Fraction:
    """Square, where scaling has left a trace of a percent, or where it is wilder than any camera, disc or lens (2:1)."""
    if aspect is None or abs(aspect - 1) < Fraction(1, 100) or not Fraction(1, 2) <= aspect <= 2:
        return Fraction(1)
    return aspect


def _times(stream: VideoStream) -> list[float]:
    """When its frames come, where the file's own index tells of each of them."""
    if stream.frames < 2 or len(stream.index_entries) < stream.frames:
        return []
    unit = float(stream.time_base)
    return [entry.timestamp * unit for entry in stream.index_entries]


def _uneven(times: Sequence[float]) -> bool:
    """The last gap is left out: it is often what remains."""
    gaps = [later - earlier for earlier, later in pairwise(times[:-1])]
    usual = sorted(gaps)[len(gaps) // 2]
    return sum(abs(gap - usual) > usual / 10 for gap in gaps) > len(gaps) / 100


def _differ(average: Fraction | None, base: Fraction | None, field_order: str) -> bool:
    if not average or not base:
        return True
    ratio = base / average
    if field_order not in ("progressive", "unknown"):  # the base then counts fields
        ratio = min(ratio, ratio / 2, key=lambda each: abs(each - 1))
    return abs(ratio - 1) > Fraction(2, 100)


def _keyframe_gap(stream: VideoStream, times: Sequence[float]) -> float | None:
    if not times:
        return None
    keys = [when for when, entry in zip(times, stream.index_entries, strict=False) if entry.is_keyframe]
    end = times[0] + (_seconds(stream, stream.duration) or 0.0)
    return max((later - earlier for earlier, later in pairwise([*keys, max(end, times[-1])])), default=None)


def _fraction(value: Any) -> Fraction | None:
    """A positive rate or ratio; None for 0/1 and 0/0, which mean that nobody knows."""
    numerator, denominator = (value.numerator, value.denominator) if value is not None else (0, 0)
    return Fraction(numerator, denominator) if numerator > 0 and denominator > 0 else None


def _seconds(stream: Stream, units: int | None) -> float | None:
    return None if units is None else float(units * stream.time_base)


def _language(stream: Stream) -> str:
    code = one_line(stream.language or "", 20)
    return "" if code.lower() in ("und", "unk") else code


def _title(stream: Stream) -> str:
    return one_line(stream.metadata.get("title", ""), 200)
