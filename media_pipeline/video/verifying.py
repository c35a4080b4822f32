"""Looking at what was made as if a stranger had brought it. Whatever is wrong raises Wrong, with a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from core.work import Permanent
from media_pipeline.probing import Audio, Video, probe
from media_pipeline.video.geometry import Ladder, Output
from media_pipeline.video.segments import Segments

TOLERANCE = 0.1  # seconds
LONGEST_SEGMENT = 6.0
_SHORT = 2.0  # seconds; nothing can be said about the bit rate of less


@dataclass(frozen=True)
class Found:
    video: tuple[Video, ...]
    audio: tuple[Audio, ...]


class Wrong(Permanent):
    """What was made is not what it should be. It is kept from readers."""


def rung(path: Path, output: Output, segments: Segments, duration: float, *, foreign: bool = False) -> None:
    """`foreign`: somebody else has encoded it."""
    found = _opened(path, output.name, foreign=foreign)
    _picture(found, output, duration)
    _pieces(output.name, segments, path.stat().st_size)


def aligned(ladder: Ladder, rungs: list[Segments], cuts: Sequence[Fraction] = ()) -> None:
    """A player that changes the rung goes on at the same moment. `cuts`: where, if not once a `ladder.segment`."""
    for other in rungs[1:]:
        starts = zip(rungs[0].starts(), other.starts(), strict=False)
        _need(
            len(other.pieces) == len(rungs[0].pieces),
            "The sizes of the video are cut into different numbers of segments.",
        )
        _need(
            all(abs(a - b) < 0.002 for a, b in starts),
            "The sizes of the video are not cut at the same moments.",
        )
    for segments in rungs:
        if cuts:
            told = [abs(a - b) < 0.002 for a, b in zip(segments.starts(), cuts, strict=False)]
            right = len(cuts) == len(segments.pieces) and all(told)
            _need(right, "The video is not cut at the key frames of its source.")
            continue
        short = [seconds for seconds, _ in segments.pieces[:-1] if abs(seconds - ladder.segment) > 0.002]
        _need(not short, "A segment of the video has not the length that was asked for.")


def sound(path: Path, segments: Segments, duration: float) -> None:
    _heard(_opened(path, "the sound"), duration)
    _pieces("the sound", segments, path.stat().st_size)


def progressive(
    path: Path, output: Output, heard: bool, duration: float, most: int, *, foreign: bool = False
) -> None:
    found = _opened(path, "the MP4", foreign=foreign)
    _picture(found, output, duration)
    if heard:
        _heard(found, duration)
    _need(bool(found.audio) == heard, "The MP4 has lost its sound.")
    whole(path, "MP4")
    rate = path.stat().st_size * 8 / max(duration, _SHORT)
    _need(rate <= most, f"The MP4 needs {rate / 1e6:.2f} Mbit/s; {most / 1e6:g} is the most.")


def download(path: Path, duration: float) -> None:
    _heard(_opened(path, "the sound's file"), duration)
    whole(path, "sound's file")


def whole(path: Path, name: str) -> None:
    """Its index comes first, so that it plays before it has arrived."""
    order = boxes(path)
    first = "moov" in order and "mdat" in order and order.index("moov") < order.index("mdat")
    _need(first and "moof" not in order, f"The {name} cannot be played before all of it has arrived.")


def boxes(path: Path) -> list[str]:
    return [name for name, _ in outermost(path)]


def outermost(path: Path) -> list[tuple[str, int]]:
    """The names of an MP4's outermost boxes (ISO 14496-12, 4.2), and where they begin."""
    found: list[tuple[str, int]] = []
    with path.open("rb") as file:
        while len(header := file.read(8)) == 8:
            size, name = int.from_bytes(header[:4]), header[4:].decode("latin-1")
            found.append((name, file.tell() - 8))
            if size == 1:
                file.seek(int.from_bytes(file.read(8)) - 16, 1)
            elif size >= 8:
                file.seek(size - 8, 1)
            else:
                break
    return found


def _picture(found: Found, output: Output, duration: float) -> None:
    _need(len(found.video) == 1, f"{output.name} has no picture.")
    [video] = found.video
    told = (video.codec, video.pixel_format, video.field_order, video.rotation, video.sample_aspect)
    _need(
        told == ("h264", "yuv420p", "progressive", 0, Fraction(1)),
        f"{output.name} is {told}, which old phones may not play.",
    )
    _need(
        video.profile.lower().replace("constrained ", "") == output.profile,
        f"{output.name} has the profile {video.profile}.",
    )
    size = (video.coded_width, video.coded_height)
    _need(size == (output.width, output.height), f"{output.name} came out as {size[0]} x {size[1]} pixels.")
    _need(
        _same_rate(video, output),
        f"{output.name} has {video.frame_rate} frames a second instead of {output.rate}.",
    )
    _lasts(video, duration, output.name)


def _same_rate(video: Video, output: Output) -> bool:
    """Of one frame alone nothing can be said."""
    few = (video.duration or 0) * output.rate < 2
    return few or (video.frame_rate is not None and abs(video.frame_rate / output.rate - 1) < 0.02)


def _heard(found: Found, duration: float) -> None:
    told = [(each.codec, each.profile, each.channels) for each in found.audio]
    _need(told == [("aac", "LC", 2)], f"The sound came out as {told} instead of AAC-LC in stereo.")
    _lasts(found.audio[0], duration, "The sound")


def _lasts(found: Video | Audio, duration: float, name: str) -> None:
    ends = found.start + (found.duration or 0)
    right = abs(found.start) <= TOLERANCE and abs(ends - duration) <= TOLERANCE
    _need(
        right,
        f"{name} lasts from {found.start:.2f} to {ends:.2f} seconds; the original lasts {duration:.2f}.",
    )


def _pieces(name: str, segments: Segments, size: int) -> None:
    _need(segments.bytes == size, f"The segments of {name} do not add up to its file.")
    lengths = [seconds for seconds, _ in segments.pieces]
    fitting = all(seconds <= LONGEST_SEGMENT + 0.05 for seconds in lengths)
    _need(
        fitting and all(seconds >= 3.95 for seconds in lengths[:-1]),
        f"A segment of {name} is not 4 to 6 seconds long.",
    )
    rising = all(earlier < later for earlier, later in pairwise(segments.offsets()))
    _need(rising and segments.target >= max(map(round, lengths)), f"The segments of {name} are empty.")


def _opened(path: Path, name: str, *, foreign: bool = False) -> Found:
    """Read in this process where our own encoder has written it. PyAV is loaded here, as the website has no use for it."""
    if foreign:
        told = probe(path)
        return Found(video=(told.video,) if told.video else (), audio=told.audio)
    from av.error import FFmpegError

    from media_pipeline.demuxer import streams
    from media_pipeline.demuxer.opening import opened

    try:
        with opened(path, "mov") as container:
            return Found(
                video=tuple(streams.video(each) for each in container.streams.video),
                audio=tuple(streams.audio(each) for each in container.streams.audio),
            )
    except FFmpegError as error:
        raise Wrong(f"What was made of it cannot be read ({name}): {error.strerror}.") from error


def _need(true: bool, sentence: str) -> None:
    if not true:
        raise Wrong(sentence)
