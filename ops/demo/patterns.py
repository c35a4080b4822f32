"""Scenes made of one thing many times: threads, dots, tiles, squares, rings."""

from functools import partial
from math import cos, pi, sin

from ops.demo.canvas import INKS, Draw, Point, Sheet, box, polar


def weave(sheet: Sheet, inks: list[str]) -> None:
    """A drawdown: a point twill on eight shafts, the weft changing its colour from row to row."""
    ground, warp, *wefts = inks
    side = 64
    columns, rows = sheet.width // side + 1, sheet.height // side + 1
    threading = [0, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1]
    tie_up = [{(row + offset) % 8 for offset in (0, 1, 4)} for row in range(8)]

    def threads(draw: Draw) -> None:
        draw.rectangle((0, 0, sheet.width, sheet.height), fill=INKS[ground])
        for row in range(rows):
            weft = INKS[wefts[_weft(row, rows, len(wefts))]]
            for column in range(columns):
                up = threading[column % 14] in tie_up[threading[row % 14]]
                _thread(draw, column * side, row * side, side, INKS[warp] if up else weft, upright=up)

    sheet.paint(threads)


def _weft(row: int, rows: int, wefts: int) -> int:
    """Which weft a row has; the colours mix where they meet."""
    return min(wefts - 1, max(0, int(row * wefts / rows + (0.35 if row % 2 else -0.35))))


def _thread(draw: Draw, x: float, y: float, side: float, fill: str, *, upright: bool) -> None:
    across, along = (9, -6) if upright else (-6, 9)
    draw.rounded_rectangle((x + across, y + along, x + side - across, y + side - along), 16, fill=fill)


def halftone(sheet: Sheet, inks: list[str]) -> None:
    """Two suns in two screens, printed over each other."""
    for ink, at, turn in ((inks[0], 0.37, 15), (inks[1], 0.63, 75)):
        centre = (sheet.width * at, sheet.height * 0.5)
        sheet.stamp(ink, partial(_screen, centre=centre, radius=sheet.height * 0.62, turn=turn))


def _screen(draw: Draw, centre: Point, radius: float, turn: float) -> None:
    pitch, c, s = 62, cos(turn * pi / 180), sin(turn * pi / 180)
    steps = int(radius / pitch) + 1
    for i in range(-steps, steps + 1):
        for j in range(-steps, steps + 1):
            away = (i * i + j * j) ** 0.5 * pitch / radius
            if away < 1:
                spot = (centre[0] + (i * c - j * s) * pitch, centre[1] + (i * s + j * c) * pitch)
                draw.ellipse(box(spot, pitch * (0.74 - 0.66 * away)), fill=255)


def tiles(sheet: Sheet, inks: list[str]) -> None:
    """Quarter circles, discs and stripes in a grid, like a drawer of type."""
    side = sheet.height // 5

    def grid(draw: Draw) -> None:
        for y in range(0, sheet.height, side):
            for x in range(0, sheet.width, side):
                ground, shape = sheet.random.sample(inks, 2)
                draw.rectangle((x, y, x + side, y + side), fill=INKS[ground])
                _tile(draw, (x, y), side, sheet.random.randrange(7), INKS[shape])

    sheet.paint(grid)


def _tile(draw: Draw, corner: Point, side: float, kind: int, fill: str) -> None:
    x, y = corner
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
    match kind:
        case 4:
            draw.ellipse(box((x + side / 2, y + side / 2), side * 0.32), fill=fill)
        case 5:
            for stripe in range(4):
                draw.rectangle((x, y + side * stripe / 4, x + side, y + side * (stripe + 0.5) / 4), fill=fill)
        case 6:
            draw.polygon(corners[:3], fill=fill)
        case _:
            draw.pieslice(box(corners[kind], side), kind * 90, kind * 90 + 90, fill=fill)


def schotter(sheet: Sheet, inks: list[str]) -> None:
    """A grid of squares that loses its order from left to right, after Georg Nees."""
    line, *fills = inks
    rows, columns = 9, 17
    side = min(sheet.height * 0.84 / rows, sheet.width * 0.9 / columns)
    left, top = (sheet.width - side * columns) / 2, (sheet.height - side * rows) / 2
    squares = []
    for number in range(rows * columns):
        column, row = divmod(number, rows)
        chaos = (column / (columns - 1)) ** 2.1
        drift = [sheet.random.uniform(-0.55, 0.55) * side * chaos for _ in "xy"]
        centre = (left + (column + 0.5) * side + drift[0], top + (row + 0.5) * side + drift[1])
        turn = 45 + sheet.random.uniform(-75, 75) * chaos
        squares.append([polar(centre, side * 0.66, turn + 90 * corner) for corner in range(4)])
    for ink in fills:
        sheet.stamp(ink, partial(_filled, squares=sheet.random.sample(squares, 12)))
    sheet.paint(partial(_outlined, squares=squares, fill=INKS[line]))


def _filled(draw: Draw, squares: list[list[Point]]) -> None:
    for square in squares:
        draw.polygon(square, fill=255)


def _outlined(draw: Draw, squares: list[list[Point]], fill: str) -> None:
    for square in squares:
        draw.line([*square, *square[:2]], fill=fill, width=9, joint="curve")


def spectrum(sheet: Sheet, inks: list[str]) -> None:
    """Rings of one lightness each; every step around a ring turns the hue by ten degrees."""
    centre = (sheet.width / 2, sheet.height / 2)
    rings = [(0.9, 0.05), (0.8, 0.1), (0.7, 0.125), (0.58, 0.115), (0.46, 0.09), (0.34, 0.065)]

    def wheel(draw: Draw) -> None:
        for ring, (lightness, chroma) in enumerate(rings):
            edge = box(centre, sheet.height * (0.47 - 0.065 * ring))
            for hue in range(0, 360, 10):
                draw.pieslice(edge, hue + 0.5, hue + 9.5, fill=oklch(lightness, chroma, hue))
        draw.ellipse(box(centre, sheet.height * 0.08), fill=INKS[inks[0]])

    sheet.paint(wheel)


def oklch(lightness: float, chroma: float, hue: float) -> str:
    """`#rrggbb`, clipped to sRGB. Matrices: Björn Ottosson, “A perceptual color space for image processing”, 2020."""
    a, b = chroma * cos(hue * pi / 180), chroma * sin(hue * pi / 180)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, value)))):02x}" for value in linear)


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def steps(sheet: Sheet, inks: list[str]) -> None:
    """Nested quarter circles that grow by one ratio, like a scale of type sizes."""
    corner = (sheet.width * 0.04, sheet.height * 0.96)
    radii = [sheet.width * 1.1 / 1.25**number for number in range(18)]

    def circles(draw: Draw) -> None:
        for number, radius in enumerate(radii):
            draw.pieslice(box(corner, radius), 270, 360, fill=INKS[inks[number % len(inks)]])

    sheet.paint(circles)


SCENES = (weave, halftone, tiles, schotter, spectrum, steps)
