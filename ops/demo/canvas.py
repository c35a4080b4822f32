"""Paper and inks. A shape is a mask; transparent inks darken where they overlap, as a risograph's do."""

from collections.abc import Callable, Sequence
from math import cos, exp, pi, sin
from random import Random
from typing import cast

from PIL import Image, ImageChops, ImageDraw, ImageFilter

type Point = tuple[float, float]
type Draw = ImageDraw.ImageDraw

SCALE = 2  # shapes are drawn this much larger and reduced, which smooths their edges
INKS = {
    "paper": "#f5eee1",
    "chalk": "#fbf8f1",
    "sand": "#e6d6b8",
    "blush": "#f0b9a2",
    "coral": "#ef7b5c",
    "red": "#dd4b2b",
    "rust": "#a8402a",
    "ochre": "#eaa92e",
    "straw": "#f3d27a",
    "moss": "#6d8a4f",
    "fern": "#2f6b57",
    "mint": "#b9d8c4",
    "sky": "#bcd6df",
    "teal": "#2a8391",
    "blue": "#2f5ba3",
    "lilac": "#b7a6d0",
    "plum": "#633a63",
    "night": "#1c2540",
    "ink": "#20212b",
    "umber": "#5a3a2a",
    "tan": "#c98d62",
    "brown": "#85532f",
    "rose": "#eabfa4",
    "ash": "#c9cbd0",
}


class Sheet:
    """One picture in the making. Coordinates run over `width` x `height`, SCALE times the finished pixels."""

    def __init__(self, seed: int, paper: str, size: tuple[int, int] = (1600, 1000)) -> None:
        self.random = Random(seed)  # noqa: S311 (a picture, not a secret)
        self.size = size
        self.width, self.height = size[0] * SCALE, size[1] * SCALE
        self.image = Image.new("RGB", size, INKS[paper])

    def paint(self, shapes: Callable[[Draw], object]) -> None:
        """Draw in opaque colours (`fill=colour("red")`), all shapes in one pass."""
        large = self.image.resize((self.width, self.height), Image.Resampling.NEAREST)
        shapes(ImageDraw.Draw(large))
        self.image = large.reduce(SCALE)

    def stamp(self, ink: str, shapes: Callable[[Draw], object], strength: float = 1.0) -> None:
        """Print what `shapes` draws with `fill=255` in one transparent ink."""
        mask = Image.new("L", (self.width, self.height), 0)
        shapes(ImageDraw.Draw(mask))
        self.lay(ink, mask.reduce(SCALE), strength=strength)

    def lay(self, ink: str, mask: Image.Image, *, opaque: bool = False, strength: float = 1.0) -> None:
        """Print a mask of the finished size; opaque covers what is below, otherwise the colours multiply."""
        if strength < 1:
            mask = mask.point([round(value * strength) for value in range(256)])
        flat = Image.new("RGB", self.size, INKS[ink])
        layer = flat if opaque else ImageChops.multiply(self.image, flat)
        self.image.paste(layer, mask=mask)

    def fade(self, ink: str, *, up: bool = False, strength: float = 1.0) -> None:
        """A gradient over the whole sheet, strongest at the bottom (or the top)."""
        gradient = Image.linear_gradient("L").resize(self.size)
        self.lay(
            ink, gradient.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if up else gradient, strength=strength
        )

    def field(self, hills: int) -> Image.Image:
        """A smooth landscape of heights 0-65535 (mode I), of the finished size."""
        wide, high = self.size[0] // 16, self.size[1] // 16
        peaks = [
            (self.random.uniform(0, wide), self.random.uniform(0, high), self.random.uniform(0.1, 0.3) * high)
            for _ in range(hills)
        ]
        signs = [1 if number % 3 else -1 for number in range(hills)]
        land = Image.new("F", (wide, high))
        land.putdata([_height(x, y, peaks, signs) for y in range(high) for x in range(wide)])
        return _stretch(land).resize(self.size, Image.Resampling.BICUBIC).convert("I")

    def grain(self) -> None:
        """Uneven paper: soft enough to cost a JPEG nothing."""
        size = (self.size[0] // 3, self.size[1] // 3)
        noise = Image.frombytes("L", size, self.random.randbytes(size[0] * size[1]))
        noise = noise.filter(ImageFilter.GaussianBlur(0.8)).resize(self.size, Image.Resampling.BICUBIC)
        light = noise.point([round(128 + (value - 128) * 0.08) for value in range(256)])
        self.image = ImageChops.add(self.image, Image.merge("RGB", (light,) * 3), offset=-128)


def outline(mask: Image.Image, width: int) -> Image.Image:
    """The mask of a line along the edge of another mask; `width` in finished pixels."""
    aside = ImageChops.difference(mask, ImageChops.offset(mask, width, 0))
    aside.paste(0, (0, 0, width, mask.height))  # what came around from the other side
    below = ImageChops.difference(mask, ImageChops.offset(mask, 0, width))
    below.paste(0, (0, 0, mask.width, width))
    return ImageChops.lighter(aside, below)


def _height(x: float, y: float, peaks: list[tuple[float, float, float]], signs: list[int]) -> float:
    bumps = (exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * spread * spread)) for px, py, spread in peaks)
    return sum(sign * bump for sign, bump in zip(signs, bumps, strict=True))


def _stretch(land: Image.Image) -> Image.Image:
    low, high = cast(tuple[float, float], land.getextrema())
    return land.point(lambda value: value * (63000 / (high - low)) + (1200 - low * 63000 / (high - low)))


def between(field: Image.Image, low: int, high: int, soft: int = 160) -> Image.Image:
    """The mask of the heights from `low` to `high`, with edges `soft` heights wide."""
    low, high = max(low, soft), min(high, 65535 - soft)
    edge = [round(255 * step / soft) for step in range(soft)]
    inside = [255] * max(0, high - low)
    table = [0] * (low - soft) + edge + inside + edge[::-1]
    return field.point(table + [0] * (65536 - len(table)), "L")


def polar(centre: Point, radius: float, degrees: float) -> Point:
    """A point on a circle; 0 degrees is to the right, 90 at the bottom."""
    angle = degrees * pi / 180
    return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)


def box(centre: Point, radius: float) -> tuple[float, float, float, float]:
    return centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius


def ticks(draw: Draw, centre: Point, inner: float, outer: float, count: int, fill: str, width: int) -> None:
    """Short lines around a circle, like a dial's."""
    for index in range(count):
        ends = polar(centre, inner, 360 * index / count), polar(centre, outer, 360 * index / count)
        draw.line(ends, fill=fill, width=width)


def wave(width: float, waves: Sequence[tuple[float, float, float]], steps: int = 120) -> list[Point]:
    """Points of a sum of sines over `width`: each wave is (height, how many in the width, phase in turns)."""
    xs = [width * step / steps for step in range(steps + 1)]
    return [(x, sum(h * sin(2 * pi * (n * x / width + phase)) for h, n, phase in waves)) for x in xs]
