"""How wide pictures stand in each place of our pages, so that a browser picks the file it needs before it has the style.

What is written here is what the stylesheets do. The widths never fall short of what the layout gives: where a picture
is as wide as it likes (`fits`), a browser takes them for its own width.
"""

from dataclasses import dataclass
from functools import lru_cache

_PAGE = "min(100vw - 2.5rem, 91vw, 77rem)"  # .width, and `wide` of the grid
_PHONE = "(max-width: 47.99rem)"
_FINE = "(min-resolution: 2.2dppx)"
_DENSEST = 2  # dots a pixel beyond which nobody sees a difference on a phone


@dataclass(frozen=True, slots=True)
class Box:
    """A width from a condition on.

    `shape` (width / height): the picture fills this box, whatever its own shape is. `fits`: or it is not enlarged, and
    no higher than this.
    """

    width: str
    condition: str = ""
    shape: float = 0
    fits: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The boxes, first match first, then `phone`. `most`: the widest rung (pixels) that makes sense here."""

    boxes: tuple[Box, ...]
    most: int = 1600
    phone: Box | None = None  # on phones, if the picture may be coarser than their screens


PLACES = {
    "hero": Place(
        (Box(_PAGE, "(min-width: 68rem)"), Box("min(91vw, 49.25rem)", "(min-width: 48rem)")),
        phone=Box("100vw"),
    ),
    "hero-portrait": Place(
        (
            Box("29rem", "(min-width: 68rem)"),
            Box("45.25rem", "(min-width: 48rem)", fits="88svh"),
            Box("100vw - 2.5rem", fits="88svh"),
        ),
    ),
    "text": Place((Box("41.25rem", "(min-width: 48rem)", fits="90svh"), Box("100vw - 2.5rem", fits="90svh"))),
    "wide": Place((Box(_PAGE),)),
    "full": Place((Box("100vw"),)),
    "lead": Place(
        (Box("min(60vw, 51rem)", "(min-width: 62rem)", 3 / 2),), phone=Box("100vw - 2.5rem", shape=3 / 2)
    ),
    "secondary": Place(
        (
            Box("min(36vw, 31rem)", "(min-width: 62rem)", 3 / 2),
            Box("44vw", "(min-width: 40rem)", 3 / 2),
        ),
        most=960,
        phone=Box("100vw - 2.5rem", shape=3 / 2),
    ),
    "river": Place((Box("17rem", "(min-width: 61rem)", 3 / 2),), most=960, phone=Box("6.5rem", shape=1)),
    "related": Place(
        (Box("min(29vw, 25rem)", "(min-width: 48rem)", 3 / 2),),
        most=960,
        phone=Box("100vw - 2.5rem", shape=3 / 2),
    ),
    "cover": Place((Box("14.5rem", "(min-width: 48rem)", 1), Box("min(45vw, 14.5rem)", "", 1)), most=960),
    "cover-row": Place((Box("8rem", "(min-width: 48rem)", 1), Box("5.5rem", "", 1)), most=480),
    "cover-card": Place((Box("min(29vw, 17rem)", "(min-width: 48rem)", 1), Box("44vw", "", 1)), most=960),
    "result": Place((Box("11rem", "", 3 / 2),), most=480),
    "portrait": Place((Box("14.5rem", "", 1),), most=960),
    "author": Place((Box("5.5rem", "", 1),), most=480),
    "person": Place((Box("4.5rem", "", 1),), most=480),
    "logo": Place((Box("100vw", fits="2.25rem"),), most=480),
}


@lru_cache(maxsize=4096)
def sizes(place: str, width: int, height: int) -> str:
    """The `sizes` of a picture with these pixels in a place. Raises KeyError for a place that there is not."""
    found, shape = PLACES[place], width / max(height, 1)
    lengths = [f"{box.condition} {_length(box, width, shape)}".lstrip() for box in found.boxes]
    if found.phone:
        coarser = _length(found.phone, width, shape, times=_DENSEST / 3)
        lengths += [f"{_PHONE} and {_FINE} {coarser}", _length(found.phone, width, shape)]
    return ", ".join(lengths)


def _length(box: Box, width: int, shape: float, times: float = 1) -> str:
    if box.fits:
        return f"min({box.width}, {width}px, {box.fits} * {shape:.3f})"
    times *= max(1, shape / box.shape) if box.shape else 1
    length = f"({box.width})" if box.width.startswith("100vw -") else box.width
    if abs(times - 1) < 0.05:
        return f"calc{length}" if length.startswith("(") else length
    return f"calc({length} * {times:.2f})"
