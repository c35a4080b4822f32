"""How loud a file is, by EBU R 128: one decode of its sound."""

import re
from pathlib import Path

from media_pipeline import ffmpeg
from media_pipeline.demuxer.record import Audio, Loudness, Probe

_SILENT = -70.0  # LUFS, the absolute gate: nothing was louder


def measure_loudness(path: Path, probe: Probe, *, tell: ffmpeg.Tell | None = None) -> Loudness:
    """The loudness of the first sound, mono as mono and everything else in stereo.

    `tell` hears of the progress. Raises ValueError without sound, and what `ffmpeg.run` raises.
    """
    if not probe.audio:
        raise ValueError("there is no sound to measure")
    sound = probe.audio[0]
    done = ffmpeg.run(
        [
            *("-loglevel", "info"),
            *ffmpeg.source(path, probe.format, "-vn", "-sn", "-dn"),
            *("-map", f"0:{sound.index}", "-af", _filters(sound), "-f", "null", "-"),
        ],
        limits=ffmpeg.Limits(cpu=60 + int(probe.duration / 5), wall=300 + probe.duration, file_size=0),
        tell=tell,
    )
    return _parsed(done.log)


def _filters(sound: Audio) -> str:
    heard = "mono" if sound.channels == 1 else "stereo"
    each = "astats=measure_perchannel=RMS_level:measure_overall=none"
    return f"{each},aformat=channel_layouts={heard},ebur128=peak=true:framelog=quiet"


def _parsed(log: str) -> Loudness:
    summary = log[log.rindex("Summary:") :]
    integrated = _level(r"I:\s+(\S+) LUFS", summary)
    return Loudness(
        integrated=None if integrated is None or integrated <= _SILENT else integrated,
        range=_level(r"LRA:\s+(\S+) LU\b", summary) or 0.0,
        true_peak=_level(r"Peak:\s+(\S+) dBFS", summary),
        channels=tuple(_decibels(value) for value in re.findall(r"RMS level dB: (\S+)", log)),
    )


def _level(pattern: str, text: str) -> float | None:
    match = re.search(pattern, text)
    return _decibels(match[1]) if match else None


def _decibels(text: str) -> float | None:
    """None for -inf, and for the nan of sound without a sample."""
    value = float(text)
    return value if abs(value) < 1000 else None
