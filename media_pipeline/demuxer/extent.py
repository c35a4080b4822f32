"""How much of a file is really there: what its headers promise can be checked without decoding anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream

from media_pipeline.demuxer.opening import opened
from media_pipeline.demuxer.streams import usable

COUNTED = ("mp3", "aac", "amr")  # nothing but frames: what their headers say of the length is a guess
_TAIL = 10.0  # seconds
_PADDING = 0.2  # seconds
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """`declared`: seconds as the headers say; `measured`: as its packets say; None if nothing says it."""

    declared: float | None
    measured: float | None
    counted: bool  # the format promises nothing reliable: `measured` is what counts
    missing: int  # bytes that the file's index points at and that lie beyond its end
    sound: float | None  # seconds by the number of sound frames, where the index has them all


def extent(container: InputContainer, path: Path, format: str) -> Extent:
    declared = container.duration / _MICROSECONDS if container.duration else None
    missing = _missing(container) if format == "mov" else 0
    return Extent(
        declared=declared,
        measured=None if missing else _measured(container, path, format, declared),
        counted=format in COUNTED,
        missing=missing,
        sound=_sound(container),
    )


def duration(reach: Extent) -> float:
    """The best guess in seconds. What is declared may leave out an encoder's padding, which players leave out too."""
    declared, measured = reach.declared or 0.0, reach.measured or 0.0
    if not declared or (reach.counted and abs(declared - measured) > _PADDING):
        return measured
    return declared


def enough(measured: float | None, declared: float) -> bool:
    """Nearly all of what was promised; the last packet's own length is not always known."""
    return measured is not None and measured >= declared - 1.5 - declared / 1000


def _missing(container: InputContainer) -> int:
    ends = (entry.pos + entry.size for stream in container.streams for entry in stream.index_entries)
    return max(0, max(ends, default=0) - (container.size or 0))


def _measured(container: InputContainer, path: Path, format: str, declared: float | None) -> float | None:
    """By the index, else by the last packets, else by all of them: whatever first bears out what was declared."""
    if declared and format not in COUNTED:
        by_index = _indexed(container) if format == "mov" else None
        if enough(by_index, declared):
            return by_index
        by_tail = _tail(container, declared)
        if enough(by_tail, declared):
            return by_tail
    with opened(path, format) as fresh:  # some formats cannot be wound back
        return _all(fresh)


def _indexed(container: InputContainer) -> float | None:
    ends = []
    for stream in _timed(container):
        if len(stream.index_entries) >= max(1, stream.frames) and stream.duration:
            ends.append(float(stream.duration * stream.time_base))
    return max(ends, default=None)


def _sound(container: InputContainer) -> float | None:
    for stream in filter(usable, container.streams.audio):
        size, rate = stream.codec_context.frame_size or 0, stream.codec_context.sample_rate
        if stream.frames > 1 and size > 1 and rate:
            return stream.frames * size / rate
    return None


def _tail(container: InputContainer, declared: float) -> float | None:
    began = (container.start_time or 0) / _MICROSECONDS
    try:
        container.seek(round((began + max(0.0, declared - _TAIL)) * _MICROSECONDS))
        end = _last(container.demux(_timed(container)))
    except FFmpegError:  # a tail that cannot be reached proves nothing: all of it is read then
        return None
    return None if end is None else end - began


def _all(container: InputContainer) -> float | None:
    first: float | None = None
    end: float | None = None
    try:
        for packet in container.demux(_timed(container)):
            when = _when(packet)
            if when is not None:
                first = when[0] if first is None else min(first, when[0])
                end = when[1] if end is None else max(end, when[1])
    except FFmpegError:  # what came before counts
        pass
    return None if first is None or end is None else end - first


def _last(packets: "Iterable[Packet[Stream]]") -> float | None:
    return max((when[1] for packet in packets if (when := _when(packet))), default=None)


def _timed(container: InputContainer) -> list[Stream]:
    still = Disposition.attached_pic | Disposition.still_image
    return [stream for stream in container.streams if not stream.disposition & still]


def _when(packet: "Packet[Stream]") -> tuple[float, float] | None:
    moment = packet.pts if packet.pts is not None else packet.dts
    if moment is None or packet.size == 0:
        return None
    unit = float(packet.time_base)
    return moment * unit, (moment + (packet.duration or 0)) * unit
