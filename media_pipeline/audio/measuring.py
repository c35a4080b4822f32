"""What a recording is like, in one decode: loudness, peaks through time, silent channels, its true length."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from media_pipeline import ffmpeg
from media_pipeline.audio import hearing
from media_pipeline.probing import Probe

SILENT = -60.0  # LUFS; what is quieter is noise, and is not made louder
_ABSENT = 40.0  # dB by which a channel without sound is below the others
_BEGINS = 26.0  # dB below the peak: not yet speech
_FINE = 32_000  # Hz; below, the filters of R 128 are not what they should be
_MOST = 2**19  # samples in a window: it is held in memory
_ANSWER = 64 * 1024**2  # bytes

type Share = Callable[[float, float], None]  # how much is done, how many seconds a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    loudness: float | None  # LUFS, as heard in mono or stereo; None: nothing to hear
    peak: float | None  # dBFS, the loudest sample; None: silence
    only: int | None  # the one channel with sound, where there are others without
    channels: int  # 1 or 2, of what is made of it
    duration: float  # seconds, decoded
    begins: float  # seconds until something is heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """EBU R 128 and BS.1770, Annex 2. None: silence, or too short to be judged."""

    loudness: float | None
    true_peak: float | None
    duration: float


@dataclass(slots=True)
class _Windows:
    highest: list[float]  # dBFS
    channels: dict[int, list[float]]
    end: float


def source(path: Path, probe: Probe, peaks: int, tell: Share) -> tuple[Source, list[float]]:
    """What somebody brought, and the highest amplitude (1 is full scale) in each of at least about `peaks` windows.

    Raises what `ffmpeg.run` raises.
    """
    sound = hearing.sound_of(probe)
    size = max(1, min(_MOST, round(probe.duration * sound.sample_rate / peaks)))
    filters = [
        *hearing.timed(probe),
        f"asetnsamples=n={size}:p=0",
        "astats=metadata=1:reset=1:measure_overall=Peak_level+Number_of_samples:measure_perchannel=Peak_level",
        "ametadata=print:file=-",
        hearing.mixed(sound),
        *([f"aresample={_FINE}"] if sound.sample_rate < _FINE else []),
        "ebur128=framelog=quiet",
    ]
    done = ffmpeg.run(
        ["-loglevel", "info", *hearing.opened(path, probe), "-af", ",".join(filters), "-f", "null", "-"],
        limits=hearing.limits(probe.duration),
        tell=lambda at: tell(at.seconds / probe.duration, at.speed),
        capture=_ANSWER,
    )
    windows = _windows(done.output.decode(), sound.sample_rate)
    only, peak = _only(windows.channels), max(windows.highest, default=-math.inf)
    heard = (number for number, level in enumerate(windows.highest) if level > peak - _BEGINS)
    found = Source(
        loudness=_loudness(done.log),
        peak=peak if math.isfinite(peak) else None,
        only=only,
        channels=1 if sound.channels == 1 or only is not None else 2,
        duration=windows.end,
        begins=next(heard, 0) * windows.end / max(1, len(windows.highest)),
    )
    return found, [10 ** (level / 20) for level in windows.highest]


def output(path: Path, demuxer: str, sample_rate: int, seconds: float, tell: Share) -> Output:
    """Measure what was made. The oversampling is BS.1770's (four times) by a short filter, a quarter of the usual cost."""
    filters = (
        hearing.PORTIONS,
        "ebur128=framelog=quiet",
        f"aresample={4 * sample_rate}:filter_size=16:phase_shift=2:tsf=fltp:osf=s16",
        "volumedetect",
    )
    done = ffmpeg.run(
        [
            *("-loglevel", "info", *ffmpeg.source(path, demuxer, "-vn"), "-map", "0:a:0"),
            *("-af", ",".join(filters), "-f", "null", "-"),
        ],
        limits=hearing.limits(seconds),
        tell=lambda at: tell(at.seconds / seconds if seconds else 1, at.speed),
    )
    samples = _number(r"n_samples: (\d+)", done.log) or 0
    channels = 1 if re.search(r"Audio: .* Hz, mono", done.log) else 2
    peak = _number(r"max_volume: (\S+) dB", done.log)
    return Output(
        loudness=_loudness(done.log),
        true_peak=None if peak is None or peak < -90 else peak,
        duration=samples / channels / (4 * sample_rate),
    )


def _windows(text: str, rate: int) -> _Windows:
    found = _Windows([], {}, 0.0)
    began = 0.0
    for name, value in _pairs(text):
        if name == "pts_time":
            began = value
        elif name == "Overall.Peak_level":
            found.highest.append(value)
        elif name == "Overall.Number_of_samples":
            found.end = max(found.end, began + value / rate)
        elif name.endswith(".Peak_level"):
            found.channels.setdefault(int(name.partition(".")[0]), []).append(value)
    return found


def _pairs(text: str) -> Iterator[tuple[str, float]]:
    for match in re.finditer(r"(?:lavfi\.astats\.|(?=pts_time))([\w.]+)[=:](\S+)", text):
        value = float(match[2])
        yield match[1], -math.inf if math.isnan(value) else value


def _only(channels: dict[int, list[float]]) -> int | None:
    """A channel may exceed the bound in two windows: a plug that clicks is no sound, but a guest's only word is."""
    levels = {number - 1: sorted(told)[-3:][0] for number, told in channels.items()}
    loudest = max(levels.values(), default=-math.inf)
    heard = [number for number, level in levels.items() if level > loudest - _ABSENT]
    return heard[0] if len(heard) == 1 and len(levels) > 1 and loudest > -math.inf else None


def _loudness(log: str) -> float | None:
    value = _number(r"I:\s+(\S+) LUFS", log)
    return None if value is None or value < SILENT else value


def _number(pattern: str, text: str) -> float | None:
    """The last one: a graph that is only tried out says something too."""
    found = re.findall(pattern, text)
    value = float(found[-1]) if found else math.nan
    return value if math.isfinite(value) else None
