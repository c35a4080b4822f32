"""Scenes with a sky: a planet, hills, water, a map, the sun."""

from functools import partial
from itertools import pairwise
from math import cos, pi, sin

from ops.demo.canvas import INKS, Draw, Point, Sheet, between, box, outline, polar, ticks, wave


def globe(sheet: Sheet, inks: list[str]) -> None:
    """A striped planet: gores with the crooked borders of real time zones, a third of it in the night."""
    water, land, sun, night = inks
    centre, radius = (sheet.width * 0.53, sheet.height * 0.51), sheet.height * 0.4
    spot = (sheet.width * 0.17, sheet.height * 0.24)
    borders = [_border(sheet, centre, radius, degrees) for degrees in range(-90, 91, 15)]
    gores = [left + right[::-1] for left, right in pairwise(borders)]

    def planet(draw: Draw) -> None:
        draw.ellipse(box(spot, sheet.height * 0.12), fill=INKS[sun])
        ticks(draw, spot, sheet.height * 0.15, sheet.height * 0.19, 24, INKS[sun], 13)
        draw.ellipse(box(centre, radius), fill=INKS[water])
        for gore in gores[1::2]:
            draw.polygon(gore, fill=INKS[land])
        draw.ellipse(box(centre, radius * 1.14), outline=INKS[night], width=7)
        ticks(draw, centre, radius * 1.14, radius * 1.18, 96, INKS[night], 6)
        ticks(draw, centre, radius * 1.14, radius * 1.22, 24, INKS[night], 8)

    sheet.paint(planet)
    sheet.stamp(night, lambda draw: draw.polygon(_night(centre, radius), fill=255), 0.9)


def _border(sheet: Sheet, centre: Point, radius: float, degrees: float) -> list[Point]:
    points: list[Point] = []
    for step in range(41):
        latitude = pi * (step / 40 - 0.5)
        wobble = sheet.random.choice((0, 0, 0, -4, 4)) if 3 < step < 37 and abs(degrees) < 90 else 0
        x = centre[0] + radius * cos(latitude) * sin((degrees + wobble) * pi / 180)
        y = centre[1] + radius * sin(latitude)
        points += [(points[-1][0], y), (x, y)] if points and wobble else [(x, y)]
    return points


def _night(centre: Point, radius: float, tilt: float = 22) -> list[Point]:
    """The dark part of a ball that is lit from the left, its axis turned by `tilt` degrees."""
    rim = [polar(centre, radius, tilt + degrees) for degrees in range(-90, 91, 3)]
    shadow = []
    for degrees in range(90, -91, -3):
        along, across = sin(degrees * pi / 180), 0.3 * cos(degrees * pi / 180)
        x, y = polar(centre, radius * along, tilt + 90)
        shadow.append(
            (x + radius * across * cos(tilt * pi / 180), y + radius * across * sin(tilt * pi / 180))
        )
    return rim + shadow


def ridges(sheet: Sheet, inks: list[str]) -> None:
    """Hills behind hills under a low sun."""
    sun, *hills = inks
    spot = (sheet.width * 0.63, sheet.height * 0.34)
    crests = [_crest(sheet, number / len(hills)) for number in range(len(hills))]
    sheet.fade(hills[0], strength=0.8)

    def land(draw: Draw) -> None:
        draw.ellipse(box(spot, sheet.height * 0.17), fill=INKS[sun])
        for ring in range(4):
            draw.ellipse(box(spot, sheet.height * (0.2 + 0.045 * ring)), outline=INKS[sun], width=6)
        for ink, crest in zip(hills, crests, strict=True):
            draw.polygon([*crest, (sheet.width, sheet.height), (0, sheet.height)], fill=INKS[ink])

    sheet.paint(land)


def _crest(sheet: Sheet, nearness: float) -> list[Point]:
    waves = [
        (sheet.height * 0.1 / n, n * sheet.random.uniform(0.7, 1.4), sheet.random.random())
        for n in (1, 2, 4, 9)
    ]
    return [(x, sheet.height * (0.42 + 0.5 * nearness) + y) for x, y in wave(sheet.width, waves)]


def tide(sheet: Sheet, inks: list[str]) -> None:
    """The moon over bands of water that darken where they cross."""
    moon, *water = inks
    spot, radius = (sheet.width * 0.34, sheet.height * 0.3), sheet.height * 0.19
    shadow = (spot[0] + radius * 0.24, spot[1] + radius * 0.1)
    sheet.fade(water[0], up=True, strength=0.6)
    sheet.stamp(water[-1], lambda draw: draw.ellipse(box(shadow, radius), fill=255), 0.45)
    sheet.paint(lambda draw: draw.ellipse(box(spot, radius), fill=INKS[moon]))
    high = sheet.height * 0.05
    for number in range(9):
        base = sheet.height * (0.5 + 0.055 * number)
        waves = [(high, 2.2 + 0.12 * number, 0.17 * number), (high * 0.55, 3.7, 0.4 - 0.11 * number)]
        crest = wave(sheet.width, waves)
        sheet.stamp(
            water[number % len(water)], partial(_band, crest=crest, base=base, width=high * 1.7), 0.92
        )


def _band(draw: Draw, crest: list[Point], base: float, width: float) -> None:
    above = [(x, base + y) for x, y in crest]
    below = [(x, base + y * 0.6 + width) for x, y in reversed(crest)]
    draw.polygon(above + below, fill=255)


def contours(sheet: Sheet, inks: list[str]) -> None:
    """A map: tinted heights, a lake in the hollow, a line at every step."""
    lake, line, *tints = inks
    land, step = sheet.field(14), 65536 // (len(tints) + 1)
    sheet.lay(lake, between(land, 0, step), opaque=True)
    for number, tint in enumerate(tints):
        sheet.lay(tint, between(land, step * (number + 1), 65535), opaque=True)
    for number in range(1, 3 * (len(tints) + 1)):
        edge = outline(between(land, number * step // 3, 65535), 2 if number % 3 else 4)
        sheet.lay(line, edge, strength=0.5 if number % 3 else 0.9)


def sunburst(sheet: Sheet, inks: list[str]) -> None:
    """Rays from three places, crossing."""
    centres = [(sheet.width * x, sheet.height * y) for x, y in ((0.2, 0.82), (0.84, 0.7), (0.5, 0.16))]
    for number, centre in enumerate(centres):
        rays = partial(_wedges, centre=centre, radius=sheet.width * 1.2, count=18, turn=3.5 * number)
        sheet.stamp(inks[number], rays, 0.9)

    def suns(draw: Draw) -> None:
        for number, centre in enumerate(centres):
            draw.ellipse(box(centre, sheet.height * 0.2), fill=INKS[inks[3]])
            draw.ellipse(box(centre, sheet.height * 0.17), fill=INKS[inks[number]])

    sheet.paint(suns)


def _wedges(draw: Draw, centre: Point, radius: float, count: int, turn: float) -> None:
    for index in range(count):
        start = turn + 360 * index / count
        draw.pieslice(box(centre, radius), start, start + 180 / count, fill=255)


SCENES = (globe, ridges, tide, contours, sunburst)
