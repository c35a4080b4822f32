"""Which sizes, and how many frames a second: a ladder for a source. Pure; lengths in pixels and seconds."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, sqrt

from media_pipeline.encoding.profiles import Rung, VideoProfile
from media_pipeline.probing import Video

USUAL_RATES = tuple(
    Fraction(*rate)
    for rate in (
        (24000, 1001),
        (24, 1),
        (25, 1),
        (30000, 1001),
        (30, 1),
        (48, 1),
        (50, 1),
        (60000, 1001),
        (60, 1),
    )
)
LEAST_RATE = 10  # slides shown once a second become a film that every player can seek in
BETWEEN = 1.1  # how much larger than a rung a source is to get a rung of its own size
WIDEST = 2.4  # longer pictures get as many pixels as one of this shape


@dataclass(frozen=True)
class Output:
    """One rung as it is made; bit rates in bit/s. `step` 2: every other frame."""

    name: str
    width: int
    height: int
    rate: Fraction
    step: int
    bitrate: int
    most: int
    profile: str
    gop: int  # frames from one key frame to the next: a segment


@dataclass(frozen=True)
class Ladder:
    """The largest rung first, each scaled from the one before. `rate` is that of the first rungs."""

    rate: Fraction
    segment: Fraction  # seconds
    outputs: tuple[Output, ...]
    progressive: Output


def ladder(video: Video, profile: VideoProfile) -> Ladder:
    """Never larger than the source, whose own size becomes a rung if it lies between two."""
    rate = constant_rate(video, profile.most_fps)
    gop = (
        ceil(profile.segment * rate / 2) * 2
    )  # even, so that rungs of half the rate are cut at the same times
    outputs = tuple(_output(video, rung, rate, gop, profile) for rung in rungs(video, profile))
    small = [output for output in outputs if min(output.width, output.height) <= profile.progressive]
    return Ladder(rate, gop / rate, outputs, small[0])


def rungs(video: Video, profile: VideoProfile) -> list[Rung]:
    own = min(video.width, video.height) // 2 * 2 or 2
    fitting = [rung for rung in profile.rungs if rung.height <= own]
    larger = [rung for rung in profile.rungs if rung.height > own]
    if larger and (not fitting or own > fitting[0].height * BETWEEN):
        return [_between(own, fitting[0] if fitting else None, larger[-1]), *fitting]
    return fitting


def constant_rate(video: Video, most: float) -> Fraction:
    """Frames a second of all that is made: the source's own, halved until players can follow; of an uneven source a usual
    rate that drops as little as it can."""
    average, base = video.frame_rate, video.base_rate
    if video.variable or not average:
        rate = _usual(average or Fraction(30), base)
    else:
        rate = _snapped(base if base and abs(base / average - 1) < Fraction(2, 100) else average)
    while rate > most * 1.001:
        rate /= 2
    while rate < LEAST_RATE:
        rate *= 2
    return rate


def size(video: Video, height: int) -> tuple[int, int]:
    """Even sides, of which the shorter is `height`; the source's shape is kept."""
    short, long = sorted((video.width, video.height))
    side = Fraction(height)
    if long > short * WIDEST:
        side *= Fraction(sqrt(WIDEST * short / long)).limit_denominator(1000)
    longest = min(_even(side * long / short), long // 2 * 2 or 2)
    shortest = max(2, int(side) // 2 * 2)
    return (longest, shortest) if video.width >= video.height else (shortest, longest)


def halved(rate: Fraction, height: int, profile: VideoProfile) -> bool:
    """Small pictures for slow lines and old phones do with half of many frames."""
    return height <= profile.progressive and rate > profile.small_fps * 1.001


def _output(video: Video, rung: Rung, rate: Fraction, gop: int, profile: VideoProfile) -> Output:
    width, height = size(video, rung.height)
    step = 2 if halved(rate, rung.height, profile) else 1
    return Output(
        name=f"{rung.height}p",
        width=width,
        height=height,
        rate=rate / step,
        step=step,
        bitrate=rung.bitrate,
        most=rung.most,
        profile=rung.profile,
        gop=gop // step,
    )


def _between(height: int, lower: Rung | None, upper: Rung) -> Rung:
    low, rate, most = (lower.height, lower.bitrate, lower.most) if lower else (0, 0, 0)
    share = (height - low) / (upper.height - low)
    return replace(
        upper,
        height=height,
        bitrate=round(rate + share * (upper.bitrate - rate)),
        most=round(most + share * (upper.most - most)),
    )


def _usual(average: Fraction, base: Fraction | None) -> Fraction:
    if base and base <= 60 and base <= 2.5 * average:
        return _snapped(base)
    return next((rate for rate in USUAL_RATES if rate >= average * Fraction(99, 100)), USUAL_RATES[-1])


def _snapped(rate: Fraction) -> Fraction:
    """Averages of short files are a little off."""
    near = min(USUAL_RATES, key=lambda usual: abs(usual / rate - 1))
    return near if abs(near / rate - 1) < Fraction(4, 10_000) else rate.limit_denominator(1001)


def _even(length: Fraction) -> int:
    return max(2, round(length / 2) * 2)
