"""One stored image in several sizes, decoded once."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, UnidentifiedImageError

_FORMATS = ("JPEG", "PNG", "WEBP")


class Unreadable(Exception):
    """The file is not the image that was stored."""


def scaled(path: Path, sizes: Sequence[tuple[int, int]], tell: Callable[[float], None]) -> list[Image.Image]:
    """The image in these sizes (pixels, growing), as L, RGB or RGBA; [] for an animation. Raises Unreadable.

    A JPEG is decoded no larger than is good for the largest; each size is made of the next larger one.
    """
    try:
        with Image.open(path, formats=_FORMATS) as opened:
            if getattr(opened, "is_animated", False):
                return []
            width, height = sizes[-1]
            opened.draft(None, (2 * width, 2 * height))
            opened.load()
            image = _plain(opened)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unreadable(str(error)) from error
    found = []
    for number, size in enumerate(reversed(sizes), 1):
        tell(0.3 * number / len(sizes))
        if image.size != size:
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
        found.append(image)
    return found[::-1]


def _plain(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        lowest = image.getchannel("A").getextrema()[0]
        return image if lowest != 255 else image.convert("RGB")
    mode = "L" if image.mode in ("1", "L") else "RGB"
    return image if image.mode == mode else image.convert(mode)
