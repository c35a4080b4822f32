"""Faces from a few flat shapes: enough to tell six people apart, too little to be anybody."""

from collections.abc import Callable

from ops.demo.canvas import INKS, Draw, Sheet, box, polar

LINE = INKS["night"]


def face(sheet: Sheet, skin: str, hair: str, style: str, clothes: str, extras: list[str]) -> None:
    """A head and shoulders in the middle of a square sheet of 1600 units."""

    def everything(draw: Draw) -> None:
        draw.ellipse(box((800, 780), 640), fill=INKS["chalk"])
        BEHIND.get(style, _nothing)(draw, INKS[hair])
        _shoulders(draw, INKS[skin], INKS[clothes])
        _head(draw, INKS[skin])
        if "beard" in extras:
            _beard(draw, INKS[hair], INKS[skin])
        _features(draw)
        FRONT[style](draw, INKS[hair])
        if "glasses" in extras:
            _glasses(draw)
        if "earrings" in extras:
            for x in (528, 1072):
                draw.ellipse(box((x, 880), 34), fill=INKS["ochre"])

    sheet.paint(everything)


def _shoulders(draw: Draw, skin: str, clothes: str) -> None:
    draw.ellipse((230, 1180, 1370, 2200), fill=clothes)
    draw.rounded_rectangle((690, 940, 910, 1290), 100, fill=skin)
    draw.pieslice((650, 1120, 950, 1340), 0, 180, fill=skin)
    draw.pieslice((690, 900, 910, 1120), 20, 160, fill=LINE)
    draw.pieslice((680, 860, 920, 1096), 0, 180, fill=skin)


def _head(draw: Draw, skin: str) -> None:
    draw.rounded_rectangle((530, 430, 1070, 1070), 265, fill=skin)
    for x in (530, 1070):
        draw.ellipse(box((x, 780), 56), fill=skin)


def _features(draw: Draw) -> None:
    for x in (690, 910):
        draw.ellipse(box((x, 762), 27), fill=LINE)
        draw.arc((x - 72, 664, x + 72, 780), 215, 325, fill=LINE, width=15)
    draw.arc((770, 770, 850, 890), 20, 160, fill=LINE, width=14)
    draw.arc((705, 850, 895, 985), 25, 155, fill=LINE, width=17)


def _glasses(draw: Draw) -> None:
    for x in (690, 910):
        draw.ellipse(box((x, 766), 94), outline=LINE, width=15)
    draw.arc((770, 735, 830, 800), 190, 350, fill=LINE, width=14)


def _beard(draw: Draw, hair: str, skin: str) -> None:
    draw.chord((524, 520, 1076, 1090), 14, 166, fill=hair)
    draw.ellipse((690, 860, 910, 990), fill=skin)


def _nothing(draw: Draw, hair: str) -> None:
    return None


def _bob_behind(draw: Draw, hair: str) -> None:
    draw.rounded_rectangle((440, 360, 1160, 1110), 300, fill=hair)


def _fringe(draw: Draw, hair: str) -> None:
    draw.pieslice((500, 370, 1100, 1000), 180, 360, fill=hair)
    draw.rectangle((500, 640, 545, 860), fill=hair)
    draw.rectangle((1055, 640, 1100, 860), fill=hair)


def _bun_behind(draw: Draw, hair: str) -> None:
    draw.ellipse(box((800, 320), 150), fill=hair)
    draw.ellipse((490, 380, 1110, 1000), fill=hair)


def _parted(draw: Draw, hair: str) -> None:
    draw.chord((505, 390, 1095, 960), 188, 300, fill=hair)
    draw.chord((505, 390, 1095, 960), 240, 352, fill=hair)


def _curls_behind(draw: Draw, hair: str) -> None:
    for degrees in range(150, 391, 24):
        draw.ellipse(box(polar((800, 680), 300, degrees), 135), fill=hair)
    draw.ellipse(box((800, 620), 300), fill=hair)


def _curls(draw: Draw, hair: str) -> None:
    for degrees in range(200, 341, 28):
        draw.ellipse(box(polar((800, 700), 245, degrees), 88), fill=hair)


def _short(draw: Draw, hair: str) -> None:
    draw.chord((516, 380, 1084, 860), 180, 335, fill=hair)
    draw.ellipse((820, 390, 1084, 640), fill=hair)


def _bald(draw: Draw, hair: str) -> None:
    for left, start in ((505, 90), (1041, 270)):
        draw.chord((left, 600, left + 54, 800), start, start + 180, fill=hair)


def _long_behind(draw: Draw, hair: str) -> None:
    draw.rounded_rectangle((452, 352, 1148, 1330), 340, fill=hair)


def _long(draw: Draw, hair: str) -> None:
    draw.chord((500, 380, 1250, 960), 176, 280, fill=hair)
    draw.chord((700, 380, 1100, 960), 270, 10, fill=hair)


BEHIND: dict[str, Callable[[Draw, str], None]] = {
    "bob": _bob_behind,
    "bun": _bun_behind,
    "curls": _curls_behind,
    "long": _long_behind,
}
FRONT: dict[str, Callable[[Draw, str], None]] = {
    "bob": _fringe,
    "bun": _parted,
    "curls": _curls,
    "short": _short,
    "bald": _bald,
    "long": _long,
}
