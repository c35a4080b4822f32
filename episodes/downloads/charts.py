"""Charts as numbers for templates: x in percent of the width, y in pixels from above, so that words keep their size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from episodes.downloads.numbers import Beginning, Line, Point

WIDTH, HEIGHT = 100, 220
STEPS = (1, 2, 2.5, 5, 10)


class Mark(NamedTuple):
    """A line across, or words below, which are left of, right of or around their place."""

    at: float
    words: str
    anchor: str = "start"


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    words: str


class Curve(NamedTuple):
    points: str  # of an SVG polyline
    name: str
    end_x: float
    end_y: float


@dataclass(frozen=True)
class Columns:
    bars: list[Bar]
    across: list[Mark]
    below: list[Mark]


@dataclass(frozen=True)
class Curves:
    curves: list[Curve]
    across: list[Mark]
    below: list[Mark]


class Share(NamedTuple):
    line: Line
    width: float  # percent of the longest
    percent: float  # of all


def columns(points: Sequence[Point], *, by_month: bool) -> Columns:
    """A bar a day, or a month."""
    top = ceiling(max((point.count for point in points), default=0))
    step = WIDTH / max(len(points), 1)
    pattern = "%B %Y" if by_month else "%-d %B %Y"
    bars = []
    for number, point in enumerate(points):
        height = HEIGHT * point.count / top
        words = f"{point.day:{pattern}}: {point.count:,}"
        bars.append(Bar(_r(number * step), _r(HEIGHT - height), _r(step * 0.85), _r(height), words))
    every = max(1, -(-len(points) // 4))
    short = "%b %Y" if by_month else "%-d %b"
    below = [
        Mark(_r(number * step), f"{point.day:{short}}")
        for number, point in enumerate(points)
        if number % every == 0
    ]
    return Columns(bars, _across(top), below)


def curves(beginnings: Sequence[Beginning], days: int) -> Curves:
    """One line an episode: how many downloads it had by the end of each of its first `days` days."""
    top = ceiling(max((one.after(days) for one in beginnings), default=0))
    drawn = [_curve(one, days, top) for one in beginnings if one.counts]
    every = 1 if days <= 7 else 5
    below = [
        Mark(_r(WIDTH * day / days), str(day), "end" if day == days else "middle")
        for day in range(every, days + 1, every)
    ]
    return Curves(drawn, _across(top), below)


def _curve(one: Beginning, days: int, top: float) -> Curve:
    heights = [0, *one.cumulative[:days]]
    points = [(_r(WIDTH * day / days), _r(HEIGHT - HEIGHT * high / top)) for day, high in enumerate(heights)]
    return Curve(" ".join(f"{x},{y}" for x, y in points), str(one.episode), *points[-1])


def shares(lines: Sequence[Line], total: int) -> list[Share]:
    longest = max((line.count for line in lines), default=0) or 1
    return [
        Share(line, _r(100 * line.count / longest), round(100 * line.count / (total or 1), 1))
        for line in lines
    ]


def ceiling(highest: int) -> float:
    """The next round number above: 0 -> 4, 37 -> 40, 1,234 -> 2,000."""
    size = 4.0
    while size < highest:
        power = 10 ** (len(str(int(size))) - 1)
        size = next((power * step for step in STEPS if power * step > size), size * 10)
    return size


def _across(top: float) -> list[Mark]:
    return [Mark(_r(HEIGHT - HEIGHT * part / 4), f"{top * part / 4:,.0f}") for part in range(5)]


def _r(number: float) -> float:
    return round(number, 2)
