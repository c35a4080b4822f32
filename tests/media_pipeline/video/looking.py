"""What is in a finished file, by decoding it."""

import array
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av

from media_pipeline import ffmpeg


@dataclass
class Film:
    codec: str
    profile: str
    pixels: str
    size: tuple[int, int]
    rate: float
    frames: int
    seconds: float
    colours: tuple[int, int, int, int]  # range, primaries, transfer, matrix (H.273)
    sound: tuple[str, int, int] | None  # codec, channels, hertz


def film(path: Path) -> Film:
    with av.open(str(path), mode="r") as container:
        video = container.streams.video[0]
        audio = next(iter(container.streams.audio), None)
        context = video.codec_context
        times = [frame.time or 0.0 for frame in container.decode(video)]
        sound = (
            (audio.codec_context.name, audio.codec_context.channels, audio.codec_context.sample_rate)
            if audio
            else None
        )
        return Film(
            context.codec.canonical_name,
            context.profile or "",
            context.pix_fmt or "",
            (context.width, context.height),
            float(video.average_rate or 0),
            len(times),
            times[-1] - times[0] + 1 / float(video.average_rate or 1),
            (context.color_range, context.color_primaries, context.color_trc, context.colorspace),
            sound,
        )


def levels(path: Path) -> list[tuple[float, float]]:
    """When each frame is shown, and its mean luma."""
    found = []
    with av.open(str(path), mode="r") as container:
        for frame in container.decode(container.streams.video[0]):
            small = frame.reformat(width=32, height=32, format="gray")
            found.append((frame.time or 0.0, sum(bytes(small.planes[0])) / 1024))
    return found


def samples(path: Path) -> tuple[array.array[float], array.array[float]]:
    """Left and right at 48 kHz as they are heard, full scale is 1."""
    raw = subprocess.run(
        [str(ffmpeg.binary()), *f"-loglevel error -i {path} -map 0:a -f f32le -ac 2 -ar 48000 -".split()],
        check=True,
        capture_output=True,
    ).stdout
    both = array.array("f", raw)
    return both[0::2], both[1::2]


def loudness(path: Path) -> tuple[float, float]:
    """LUFS and dBTP by ffmpeg's EBU R 128 meter."""
    log = subprocess.run(
        [
            str(ffmpeg.binary()),
            "-nostats",
            "-i",
            str(path),
            "-map",
            "0:a",
            "-af",
            "ebur128=peak=true:framelog=quiet",
            "-f",
            "null",
            "-",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    summary = log[log.rindex("Summary:") :]
    return _level(r"I:\s+(\S+) LUFS", summary), _level(r"Peak:\s+(\S+) dBFS", summary)


def _level(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found
    return float(found[1])
