"""Recordings of our own making, and what an independent ear hears in a file."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av

from media_pipeline import ffmpeg

NOISE = "anoisesrc=color=pink:seed=7:r=44100:a=0.5"


def generated(path: Path, graph: str, seconds: float, *arguments: str) -> Path:
    """What ffmpeg's own sources make by a graph of filters (`lavfi`)."""
    source = ["-f", "lavfi", "-i", graph, "-t", str(seconds)]
    return written(path, *source, *arguments)


def written(path: Path, *arguments: str) -> Path:
    command = [str(ffmpeg.binary()), "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True)
    return path


@dataclass(frozen=True)
class Heard:
    loudness: float  # LUFS; -70: nothing
    true_peak: float  # dBTP
    channels: int
    sample_rate: int
    seconds: float  # decoded
    codec: str


def heard(path: Path) -> Heard:
    """By ffmpeg's ebur128 with its own oversampling, and by decoding with PyAV."""
    command = [str(ffmpeg.binary()), "-nostdin", "-hide_banner", "-nostats", "-i", str(path), "-map", "0:a:0"]
    log = subprocess.run(
        [*command, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(stream))
        return Heard(
            loudness=float(re.findall(r"I:\s+(\S+) LUFS", log)[-1]),
            true_peak=float(re.findall(r"Peak:\s+(\S+) dBFS", log)[-1]),
            channels=stream.codec_context.channels,
            sample_rate=stream.codec_context.sample_rate,
            seconds=samples / stream.codec_context.sample_rate,
            codec=stream.codec_context.codec.canonical_name,
        )
