"""The peaks through time that a player draws."""

import json
from collections.abc import Sequence
from itertools import pairwise


def peaks(windows: Sequence[float], most: int) -> list[int]:
    """At most `most` values from 0 to 100, the loudest being 100: a quiet recording has a shape too."""
    loudest = max(windows, default=0) or 1
    return [round(100 * max(some) / loudest) for some in _bins(windows, most)]


def document(windows: Sequence[float], most: int, duration: float) -> str:
    """JSON: {"version": 1, "duration": seconds, "peaks": [0 to 100, …]}."""
    told = {"version": 1, "duration": round(duration, 3), "peaks": peaks(windows, most)}
    return json.dumps(told, separators=(",", ":"))


def _bins(windows: Sequence[float], most: int) -> list[Sequence[float]]:
    count = min(most, len(windows))
    edges = [len(windows) * number // count for number in range(count + 1)] if count else []
    return [windows[start:end] for start, end in pairwise(edges)]
