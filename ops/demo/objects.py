"""Scenes of things: charts, a plan, shelves, a lens."""

from math import exp, pi, sin

from ops.demo.canvas import INKS, Draw, Point, Sheet, box, polar, ticks, wave


def stripes(sheet: Sheet, inks: list[str]) -> None:
    """A year of cold and warm days as upright bars, and the same year as a row of dots."""
    *scale, ground = inks
    count = 72
    width = sheet.width / count
    heat = [sin(pi * day / count) * 0.8 + sheet.random.gauss(0, 0.13) for day in range(count)]
    shade = [INKS[scale[min(len(scale) - 1, max(0, int(value * len(scale))))]] for value in heat]

    def year(draw: Draw) -> None:
        for day in range(count):
            draw.rectangle((day * width, 0, (day + 1) * width - 5, sheet.height), fill=shade[day])
        draw.rectangle((0, sheet.height * 0.2, sheet.width, sheet.height * 0.84), fill=INKS[ground])
        for day in range(count):
            x, y = (day + 0.45) * width, sheet.height * (0.72 - heat[day] * 0.42)
            draw.line((x, y, x, sheet.height * 0.78), fill=shade[day], width=6)
            draw.ellipse(box((x, y), width * 0.42), fill=shade[day])

    sheet.paint(year)


def ridgeline(sheet: Sheet, inks: list[str]) -> None:
    """One curve for each day, one behind the other."""
    ground, line, *fills = inks
    rows = 24
    curves = [_hump(sheet, row, sheet.height * (0.22 + 0.72 * row / (rows - 1))) for row in range(rows)]

    def days(draw: Draw) -> None:
        for row, curve in enumerate(curves):
            fill = fills[row * len(fills) // rows] if row % 5 == 2 else ground
            floor = max(y for _, y in curve) + 60
            draw.polygon([*curve, (sheet.width, floor), (0, floor)], fill=INKS[fill])
            draw.line(curve, fill=INKS[line], width=7, joint="curve")

    sheet.paint(days)


def _hump(sheet: Sheet, row: int, base: float) -> list[Point]:
    middle, spread = sheet.width * (0.5 + 0.06 * sin(row / 3)), sheet.width * 0.17
    shape = ((1, 3, 6), (0.7, 8, 15), (0.35, 24, 30))
    ripple = wave(
        sheet.width, [(high, sheet.random.uniform(a, b), sheet.random.random()) for high, a, b in shape], 200
    )
    return [(x, base - 10 * y - exp(-(((x - middle) / spread) ** 2)) * (210 + 70 * y)) for x, y in ripple]


def plan(sheet: Sheet, inks: list[str]) -> None:
    """A tree of steps: rows of leaves gathered, joined and sorted into one."""
    line, *fills = inks
    root, joins, scans = (0.5, 0.17), [(0.3, 0.38), (0.7, 0.38)], [(0.18, 0.6), (0.44, 0.6), (0.78, 0.6)]
    leaves = [(0.07 + 0.0538 * number, 0.84) for number in range(17)]
    thick = [(root, joins[0]), (root, joins[1])]
    middle = [(joins[0], scans[0]), (joins[0], scans[1]), (joins[1], scans[2])]
    thin = [(min(scans, key=lambda scan: abs(scan[0] - leaf[0])), leaf) for leaf in leaves]

    def tree(draw: Draw) -> None:
        for branches, width in ((thick, 28), (middle, 17), (thin, 8)):
            for start, end in branches:
                draw.line(_branch(sheet, start, end), fill=INKS[line], width=width, joint="curve")
        for number, leaf in enumerate(leaves):
            x, y = _at(sheet, leaf)
            draw.rounded_rectangle(
                (x - 62, y - 20, x + 62, y + 160), 20, fill=INKS[fills[number % len(fills)]]
            )
        for number, (node, radius) in enumerate(
            [(root, 190), *[(n, 140) for n in joins], *[(n, 100) for n in scans]]
        ):
            draw.ellipse(box(_at(sheet, node), radius), fill=INKS[fills[number % len(fills)]])
            draw.ellipse(box(_at(sheet, node), radius * 0.36), fill=INKS[line])

    sheet.paint(tree)


def _at(sheet: Sheet, share: Point) -> Point:
    return share[0] * sheet.width, share[1] * sheet.height


def _branch(sheet: Sheet, start: Point, end: Point) -> list[Point]:
    (left, top), (right, bottom) = _at(sheet, start), _at(sheet, end)
    eased = [(t / 24, (t / 24) ** 2 * (3 - t / 12)) for t in range(25)]
    return [(left + (right - left) * ease, top + (bottom - top) * share) for share, ease in eased]


def shelves(sheet: Sheet, inks: list[str]) -> None:
    """Book spines on three shelves; some are gone, some lean into the gap."""
    board, *spines = inks
    shelf = sheet.height / 3

    def books(draw: Draw) -> None:
        for level in range(3):
            floor, x = shelf * (level + 1) - 46, sheet.width * 0.03
            while x < sheet.width * 0.96:
                x = _book(draw, sheet, x, floor, shelf, INKS[sheet.random.choice(spines)], INKS[board])
            draw.rectangle((0, floor, sheet.width, floor + 26), fill=INKS[board])

    sheet.paint(books)


def _book(draw: Draw, sheet: Sheet, x: float, floor: float, shelf: float, fill: str, label: str) -> float:
    """Draw one book, or leave its gap; returns where the next one stands."""
    wide, tall = sheet.random.uniform(52, 128), shelf * sheet.random.uniform(0.58, 0.86)
    chance = sheet.random.random()
    if chance < 0.1:
        return x + wide * sheet.random.uniform(1, 2.6)
    lean = tall * 0.2 if chance > 0.95 else 0
    draw.polygon(
        [(x, floor), (x + wide, floor), (x + wide + lean, floor - tall), (x + lean, floor - tall)], fill=fill
    )
    for share in () if lean else (0.84, 0.78, 0.14):
        draw.rectangle(
            (x + wide * 0.18, floor - tall * share, x + wide * 0.82, floor - tall * share + 12), fill=label
        )
    return x + wide + 8 + lean * 1.05


def aperture(sheet: Sheet, inks: list[str]) -> None:
    """The blades of a lens, closed to a small bright opening."""
    rim, light, *blades = inks
    centre, radius, count = (sheet.width / 2, sheet.height / 2), sheet.height * 0.36, 9

    def lens(draw: Draw) -> None:
        draw.ellipse(box(centre, radius * 1.1), fill=INKS[rim])
        for blade in range(count):
            turn = 360 * blade / count
            arc = [polar(centre, radius, turn + 22 + 4 * step) for step in range(11)]
            inner = [polar(centre, radius * 0.27, turn), polar(centre, radius * 0.27, turn + 360 / count)]
            draw.polygon([inner[0], *arc, inner[1]], fill=INKS[blades[blade % len(blades)]])
        draw.polygon([polar(centre, radius * 0.27, 360 * n / count) for n in range(count)], fill=INKS[light])
        for ring in (1.18, 1.27):
            draw.ellipse(box(centre, radius * ring), outline=INKS[rim], width=8)
        ticks(draw, centre, radius * 1.18, radius * 1.22, 120, INKS[rim], 6)
        ticks(draw, centre, radius * 1.18, radius * 1.27, 24, INKS[rim], 9)

    sheet.paint(lens)


SCENES = (stripes, ridgeline, plan, shelves, aperture)
