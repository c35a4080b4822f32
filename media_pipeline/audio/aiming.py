"""Which loudness is wanted, how to get there, and whether it was reached."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from media_pipeline.audio.measuring import Output, Source
from media_pipeline.encoding.profiles import AudioProfile

TOLERANCE = 0.5  # LU
_ROUNDED = 0.05  # what is measured has one decimal
_LIMIT = -2.4  # dBFS; encoders and players overshoot it by about one
_LOST = 0.06  # LU that the limiter takes away for each dB that it holds back, about


@dataclass(frozen=True, slots=True)
class Level:
    """`gain` in dB, `limit` in dBFS: of the samples, before they are encoded."""

    gain: float
    limit: float = _LIMIT

    def filters(self) -> str:
        held = f"alimiter=limit={10 ** (self.limit / 20):.6f}:level=0:latency=1"
        return f"volume={self.gain:.3f}dB,{held}"


@dataclass(frozen=True, slots=True)
class Aim:
    loudness: float | None  # LUFS; None for silence, which stays as it is
    true_peak: float  # dBTP at most

    @classmethod
    def of(cls, profile: AudioProfile, source: Source) -> Self:
        wanted = profile.mono_loudness if source.channels == 1 else profile.stereo_loudness
        return cls(None if source.loudness is None else wanted, profile.true_peak)

    def first(self, source: Source) -> Level:
        """What should do at once."""
        if self.loudness is None or source.loudness is None:
            return Level(0)
        gain = self.loudness - source.loudness
        return Level(gain + _LOST * max(0.0, (source.peak or 0) + gain - _LIMIT))

    def met(self, output: Output) -> bool:
        return self._low_enough(output) and abs(self._error(output)) <= TOLERANCE - _ROUNDED

    def tolerable(self, output: Output) -> bool:
        """Too quiet, as it has to be: what is all peaks and no body cannot be made louder, only worse."""
        return self._low_enough(output) and self._error(output) <= 0

    def corrected(self, level: Level, outputs: Sequence[Output]) -> Level:
        """The next try, after those that were not right."""
        above = max((self._above(output) for output in outputs), default=0.0)
        errors = [self._error(output) for output in outputs]
        return Level(
            gain=level.gain - sum(errors) / len(errors),
            limit=level.limit - (above + 0.2 if above > 0 else 0),
        )

    def _error(self, output: Output) -> float:
        return 0.0 if self.loudness is None or output.loudness is None else output.loudness - self.loudness

    def _low_enough(self, output: Output) -> bool:
        return self._above(output) <= 0

    def _above(self, output: Output) -> float:
        return -math.inf if output.true_peak is None else output.true_peak + _ROUNDED - self.true_peak
