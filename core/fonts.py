"""The web fonts: cut down from the variable fonts of the font packages to the axes, letters and features pages use.

Each face is three files. The first has the letters of English text and is small; a browser fetches the others, for the
rest of Europe and for all other Latin letters and signs, only for a page that needs them (CSS Fonts 4, `unicode-range`).
"""

import functools
import importlib.metadata
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

type Limits = dict[str, float | tuple[float, float]]

LETTERS = {
    "": (
        "U+20-7E,U+A0,U+A3,U+A9,U+AB,U+B0,U+B7,U+BB,U+D7,U+DF-E1,U+E4,U+E7-EB,U+ED,U+F1,U+F3-F4,U+F6,U+FA,U+FC,"
        "U+2010-2014,U+2018-201A,U+201C-201E,U+2022,U+2026,U+20AC,U+2190-2193"
    ),
    "-more": (
        "U+A1-A2,U+A4-A8,U+AA,U+AC-AF,U+B1-B6,U+B8-BA,U+BC-D6,U+D8-DE,U+E2-E3,U+E5-E6,U+EC,U+EE-F0,U+F2,U+F5,"
        "U+F7-F9,U+FB,U+FD-17F,U+218-21B,U+2020-2021,U+2030,U+2032-2033,U+2039-203A,U+2122,U+2194-2199,U+2212,"
        "U+2248,U+2260,U+2264-2265"
    ),
    "-rest": (
        "U+180-217,U+21C-24F,U+2B0-2FF,U+300-304,U+306-308,U+30C,U+323,U+1E00-1EFF,U+2000-200F,U+2015-2017,U+201B,"
        "U+201F,U+2023-2025,U+2027-202F,U+2031,U+2034-2038,U+203B-20AB,U+20AD-20BF,U+2100-2121,U+2123-214F,"
        "U+2500-257F"
    ),
}
"""Unicode ranges by the ending of the file name; scripts beyond Latin fall back to system fonts."""
NEVER = ["MVAR", "STAT", "VVAR", "vhea", "vmtx"]
"""Tables for vertical text and for font menus."""


@dataclass(frozen=True)
class Face:
    """One @font-face: `limits` pins an axis of the variable font to a value or cuts it to a range."""

    name: str
    family: str
    package: str
    file: str
    limits: Limits
    weight: str
    style: str = "normal"
    features: list[str] = field(default_factory=list)


LITERATA = ("fontpkg-literata", "Literata[opsz,wght].ttf")
LITERATA_ITALIC = ("fontpkg-literata", "Literata-Italic[opsz,wght].ttf")
FIGURES = ["onum", "pnum", "tnum", "lnum"]
FACES = [
    Face(
        "literata",
        "Literata",
        *LITERATA,
        {"wght": 400, "opsz": (14, 60)},
        "400",
        features=["kern", "c2sc", "smcp", *FIGURES],
    ),
    Face("literata-bold", "Literata", *LITERATA, {"wght": 650, "opsz": 15}, "650", features=FIGURES),
    Face(
        "literata-italic",
        "Literata",
        *LITERATA_ITALIC,
        {"wght": 400, "opsz": 15},
        "400",
        "italic",
        features=FIGURES,
    ),
    Face(
        "instrument-sans",
        "Instrument Sans",
        "fontpkg-instrument-sans",
        "InstrumentSans[wdth,wght].ttf",
        {"wdth": 100},
        "400 700",
        features=["tnum", "pnum"],
    ),
    Face(
        "jetbrains-mono",
        "JetBrains Mono",
        "fontpkg-jetbrains-mono",
        "JetBrainsMono[wght].ttf",
        {"wght": 400},
        "400",
    ),
]
ALWAYS = ["ccmp", "liga", "locl", "mark", "mkmk", "rvrn"]


def build(directory: Path) -> None:
    """Write all files, as woff2, into `directory`."""
    for face in FACES:
        narrowed = _narrowed(face)
        for letters, name in _files(face).items():
            font = _cut(narrowed, letters, ALWAYS + face.features)
            font.flavor = "woff2"
            font.save(directory / name)


def stylesheet() -> str:
    """The @font-face rules, for a style sheet beside the directory `fonts`."""
    return "".join(_rule(face, letters, name) for face in FACES for letters, name in _files(face).items())


def versions() -> list[str]:
    return [importlib.metadata.version(face.package) for face in FACES]


def _files(face: Face) -> dict[str, str]:
    """Unicode range -> file name."""
    return {letters: f"{face.name}{ending}.woff2" for ending, letters in LETTERS.items()}


def _rule(face: Face, letters: str, name: str) -> str:
    return (
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style}; '
        f'font-display: swap; src: url("../fonts/{name}") format("woff2"); unicode-range: {letters}; }}\n'
    )


def _cut(font: bytes, letters: str, features: list[str]) -> TTFont:
    cut = TTFont(io.BytesIO(font))
    options = subset.Options(layout_features=features, hinting=False, notdef_outline=True)
    options.drop_tables += NEVER
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(letters.replace("U+", "")))
    subsetter.subset(cut)
    return cut


def _narrowed(face: Face) -> bytes:
    """The font with all letters of all files, its axes cut; as bytes, because a font cannot be subset twice in memory."""
    source = _source(face.package, face.file).read_bytes()
    font = TTFont(io.BytesIO(_bytes(_cut(source, ",".join(LETTERS.values()), ALWAYS + face.features))))
    return _bytes(instancer.instantiateVariableFont(font, face.limits, inplace=True))


def _bytes(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


@functools.cache
def _source(package: str, name: str) -> Path:
    files: list[Any] = importlib.metadata.files(package) or []
    return Path(str(next(file for file in files if file.name == name).locate()))
