"""What an image is written as: which formats, and how well, so that phones get few bytes and drawings stay sharp."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from media_pipeline.encoding.profiles import ImageProfile

_SHARPER = 1.25  # how many times the bytes a picture without losses may have
_STEP, _LOWEST = 8, 30  # qualities


@dataclass(frozen=True, slots=True)
class Encoded:
    """`format` is avif, webp, jpeg or png; `width` and `height` in pixels."""

    format: str
    width: int
    height: int
    content: bytes

    @property
    def extension(self) -> str:
        return "jpg" if self.format == "jpeg" else self.format

    @property
    def content_type(self) -> str:
        return f"image/{self.format}"


def best(
    images: Sequence[Image.Image], profile: ImageProfile, drawn: bool, tell: Callable[[float], None]
) -> list[Encoded]:
    """The images in each format, best first and narrowest first; the last format is one that every browser knows.

    `drawn`: the source had no losses, so that a screenshot or a diagram may be smaller without, and is sharper then.
    Such a ladder has no AVIF, as a browser would take that one.
    """
    chroma = "4:4:4" if drawn else "4:2:0"  # coloured letters need it
    avif = [_within(image, "avif", profile.avif, profile, speed=8, subsampling=chroma) for image in images]
    tell(0.7)
    exact = (
        [_encoded(image, "webp", lossless=True, method=4, exact=False) for image in images] if drawn else []
    )
    tell(0.8)
    if drawn and _bytes(exact) <= _bytes(avif) * _SHARPER:
        return _useful(exact) + _useful(_png(images))
    webp = [_within(image, "webp", profile.webp, profile, method=4) for image in images]
    tell(0.9)
    if any(image.mode == "RGBA" for image in images):
        return _useful(avif) + _useful(webp) + _useful(_png(images))
    options = {"quality": profile.jpeg, "progressive": True, "optimize": True}
    return _useful(avif) + _useful(webp) + _useful([_encoded(image, "jpeg", **options) for image in images])


def _png(images: Sequence[Image.Image]) -> list[Encoded]:
    return [_encoded(image, "png", optimize=True) for image in images]


def _useful(rungs: Sequence[Encoded]) -> list[Encoded]:
    """Without those that a wider one outdoes with fewer bytes, as happens to drawings of few colours."""
    lightest = [min(len(wider.content) for wider in rungs[place:]) for place in range(len(rungs))]
    return [rung for rung, least in zip(rungs, lightest, strict=True) if len(rung.content) <= least]


def _within(image: Image.Image, kind: str, quality: int, profile: ImageProfile, **options: Any) -> Encoded:
    """What phones load may not be heavy: a picture full of detail gives up quality for it, to a point."""
    encoded = _encoded(image, kind, quality=quality, **options)
    while (
        image.width <= profile.phone_width
        and len(encoded.content) > profile.phone_bytes
        and quality > _LOWEST
    ):
        quality = max(_LOWEST, quality - _STEP)
        encoded = _encoded(image, kind, quality=quality, **options)
    return encoded


def _encoded(image: Image.Image, kind: str, **options: Any) -> Encoded:
    out = io.BytesIO()
    image.save(out, kind, exif=b"", **options)
    return Encoded(kind, *image.size, out.getvalue())


def _bytes(encoded: Sequence[Encoded]) -> int:
    return sum(len(each.content) for each in encoded)
