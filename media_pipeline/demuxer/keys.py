"""Where a film of H.264 can be cut as it is: its packets are read, nothing is decoded."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from media_pipeline.demuxer.opening import opened

MOST_KEYS = 50_000
_OFF_BEAT = 0.1  # of a frame; Matroska counts in milliseconds
_REORDERED = 32  # frames that may be waiting for an earlier one: H.264 allows 16
_IDR, _PARAMETERS = 5, (7, 8)  # nal_unit_type (ITU-T H.264, table 7-1)


class _Unfit(Exception):
    """It cannot be played as it is, or not be cut."""


def keys(path: Path, format: str, stream: int, rate: Fraction) -> dict[str, Any]:
    """{"frames": how many, "keys": [[number of the frame, bytes until the next, whether the film can be cut here]]},
    or {"unfit": why}: not H.264 as MP4 keeps it, or not `rate` frames a second from 0 on, each of them there once."""
    try:
        with opened(path, format) as container:
            return _keys(container, container.streams[stream], rate)
    except FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        return {"unfit": f"it cannot be read: {error.strerror}"}
    except _Unfit as reason:
        return {"unfit": str(reason)}


def _keys(container: InputContainer, film: Stream, rate: Fraction) -> dict[str, Any]:
    parameters = _parameters(film)
    _need(_square(film), "its pixels are not square")
    found: list[list[int | bool]] = []
    order = _Order()
    for packet in container.demux(film):
        if not packet.size:  # the end
            continue
        number = _number(packet, float(rate))
        kinds = _kinds(packet, parameters)
        if packet.is_keyframe:
            found.append([number, 0, _IDR in kinds and order.complete(number)])
            _need(len(found) <= MOST_KEYS, "it has too many key frames")
        _need(bool(found), "it does not begin with a key frame")
        found[-1][1] += packet.size
        order.add(number)
    _need(order.next > 0 and order.complete(order.next), "frames are missing")
    return {"frames": order.next, "keys": found}


class _Order:
    """Frames come in the order of decoding; all up to `next` have been there."""

    def __init__(self) -> None:
        self.next = 0
        self._early: set[int] = set()

    def add(self, number: int) -> None:
        _need(number >= self.next and number not in self._early, "two frames have the same time")
        self._early.add(number)
        while self.next in self._early:
            self._early.remove(self.next)
            self.next += 1
        _need(len(self._early) <= _REORDERED, "its frames do not come evenly")

    def complete(self, number: int) -> bool:
        """Nothing that is shown later has come before it, so that nothing shown earlier comes after it."""
        return number == self.next and not self._early


def _number(packet: "Packet[Stream]", rate: float) -> int:
    _need(
        packet.pts is not None and not packet.is_corrupt and not packet.is_discard, "parts of it are hidden"
    )
    assert packet.pts is not None
    beat = packet.pts * float(packet.time_base) * rate
    _need(abs(beat - round(beat)) <= _OFF_BEAT, "its frames do not come evenly")
    return round(beat)


def _parameters(film: Stream) -> bytes:
    """The `avcC` box (ISO 14496-15, 5.3.3.1) with a single set, whose profile and level are those of the set itself."""
    told = (film.codec_context.extradata if isinstance(film, VideoStream) else None) or b""
    right = len(told) > 12 and told[0] == 1 and told[5] & 31 == 1 and told[1:4] == told[9:12]
    _need(right, "its parameters are not those of one picture from beginning to end")
    return told


def _square(film: Stream) -> bool:
    """Exactly, by the container and by the codec: players stretch it by whatever is written, believable or not."""
    told = (
        (film.sample_aspect_ratio, film.codec_context.sample_aspect_ratio)
        if isinstance(film, VideoStream)
        else ()
    )
    return all(not aspect or aspect == 1 for aspect in told)


def _kinds(packet: "Packet[Stream]", parameters: bytes) -> set[int]:
    """What it is made of; parameters may be repeated in it, never changed."""
    kinds = set()
    for unit in _units(memoryview(packet), (parameters[4] & 3) + 1):
        kind = unit[0] & 31
        kinds.add(kind)
        _need(kind not in _PARAMETERS or bytes(unit) in parameters, "its parameters change on the way")
    return kinds


def _units(data: memoryview, size: int) -> Iterator[memoryview]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + size])
        end = at + size + length
        _need(length > 0 and end <= len(data), "it is damaged")
        yield data[at + size : end]
        at = end


def _need(true: bool, reason: str) -> None:
    if not true:
        raise _Unfit(reason)
