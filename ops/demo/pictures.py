"""The demo's pictures, drawn when it is filled: the same words always give the same bytes."""

from collections.abc import Callable
from io import BytesIO

from ops.demo import landscapes, objects, patterns
from ops.demo.canvas import Sheet
from ops.demo.portraits import face

SCENES: dict[str, Callable[[Sheet, list[str]], None]] = {
    scene.__name__: scene for scene in (*landscapes.SCENES, *objects.SCENES, *patterns.SCENES)
}


def picture(draw: str, inks: str, seed: int = 1, paper: str = "paper", size: str = "1600x1000") -> bytes:
    """A JPEG of the scene called `draw`; `inks` are names from `canvas.INKS` with spaces between."""
    width, height = map(int, size.split("x"))
    sheet = Sheet(seed, paper, (width, height))
    SCENES[draw](sheet, inks.split())
    return _jpeg(sheet)


def portrait(paper: str, skin: str, hair: str, style: str, clothes: str, extras: str = "") -> bytes:
    """A JPEG of a face, 800 pixels square; `extras` are any of: glasses, beard, earrings."""
    sheet = Sheet(1, paper, (800, 800))
    face(sheet, skin, hair, style, clothes, extras.split())
    return _jpeg(sheet)


def _jpeg(sheet: Sheet) -> bytes:
    sheet.grain()
    out = BytesIO()
    sheet.image.save(out, "JPEG", quality=92)
    return out.getvalue()
