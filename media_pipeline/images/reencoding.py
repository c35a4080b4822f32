"""An uploaded image is decoded and written anew: only its pixels survive, in a form that every browser shows.

What is too large is refused by its header, before anything is decoded. Whatever else the file held - position,
camera, comments, thumbnails, a second file behind the first - is left behind.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageSequence, UnidentifiedImageError

MAX_BYTES = 40 * 2**20
MAX_PIXELS = 60_000_000
MAX_SIDE = 16_383  # WebP cannot hold more
MAX_MOVING_PIXELS = 100_000_000  # all frames of an animation together
MAX_FRAMES = 500
MAX_SCANS = 200  # of a progressive JPEG; a few thousand would decode for minutes

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_MOVING = ("PNG", "GIF", "WEBP", "AVIF")
_SMALL = 4_000_000  # pixels; above, the WebP encoder takes many seconds and may give up
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageRefused(ValueError):
    """This file cannot become an image of the site; the message is a sentence for whoever brought it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded image: `width` and `height` in pixels as shown, `extension` without a dot."""

    content: bytes
    content_type: str
    extension: str
    width: int
    height: int


def reencode(data: bytes) -> Picture:
    """The image in `data`, written anew: JPEG stays JPEG, PNG and GIF become PNG, WebP, AVIF and animations WebP.

    A large WebP or AVIF becomes JPEG, or PNG if it is transparent. Raises ImageRefused.
    """
    if len(data) > MAX_BYTES:
        raise ImageRefused(f"The file is larger than {MAX_BYTES >> 20} MB.")
    with _open(data) as image:
        _check_size(image, data)
        with _damage_refused():
            if image.format in _MOVING and getattr(image, "is_animated", False):
                return _animation(image)
            return _still(image, lossless=data[12:16] == b"VP8L")


def _open(data: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise ImageRefused(_explain(data)) from error
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # hostile headers make decoders raise almost anything
        raise ImageRefused("The image is damaged.") from error


def _explain(data: bytes) -> str:
    """Why Pillow does not know it, in terms of what it probably is."""
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "The file is empty."
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in start:
        return "This is an SVG, which can hold scripts. Save it as PNG and bring that."
    if re.match(rb"....ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)", data, re.DOTALL):
        return "This is an HEIC photograph, which most browsers cannot show. Save it as JPEG and bring that."
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8")) or data[8:12] == b"WEBP":
        return "The image is damaged."
    return "This is not an image that can be shown here. Use JPEG, PNG, WebP, AVIF or GIF."


def _check_size(image: Image.Image, data: bytes) -> None:
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise _too_large(f" ({image.width:,} x {image.height:,})")
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_SCANS:
        raise ImageRefused("The image is damaged.")


def _too_large(size: str = "") -> ImageRefused:
    most = f"At most {MAX_PIXELS // 10**6} megapixels and {MAX_SIDE:,} pixels a side are possible."
    return ImageRefused(f"The image is too large{size}. {most}")


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except ImageRefused:
        raise
    except Exception as error:  # as above
        early = "truncated" in str(error).lower()
        raise ImageRefused("The image ends too early." if early else "The image is damaged.") from error


def _still(image: ImageFile.ImageFile, lossless: bool) -> Picture:
    plain = _without_metadata(_in_srgb(_upright(image), image.info.get("icc_profile")))
    small = plain.width * plain.height <= _SMALL
    if image.format in ("WEBP", "AVIF") and small:
        return _encoded(plain, "WEBP", quality=90, lossless=lossless, method=4)
    if image.format in ("PNG", "GIF") or plain.has_transparency_data:
        return _encoded(plain, "PNG", optimize=small)
    plain = plain if plain.mode in ("L", "RGB") else plain.convert("RGB")
    return _encoded(plain, "JPEG", quality=88, progressive=True, optimize=True)


def _animation(image: ImageFile.ImageFile) -> Picture:
    durations = _durations(image)
    loop = image.info.get("loop", 1 if image.format == "GIF" else 0)
    image.seek(0)
    moving: dict[str, Any] = {"save_all": True, "duration": durations, "loop": max(0, min(int(loop), 65_535))}
    return _encoded(image, "WEBP", quality=80, method=2, background=(0, 0, 0, 0), **moving)


def _durations(image: ImageFile.ImageFile) -> list[int]:
    """Milliseconds of each frame. Frames are decoded one by one, so that a long animation ends early."""
    durations: list[int] = []
    left = MAX_MOVING_PIXELS
    for frame in ImageSequence.Iterator(image):
        left -= frame.width * frame.height
        if left < 0 or len(durations) == MAX_FRAMES:
            raise ImageRefused("The animation is too long or too large for an image. Make it a video.")
        frame.load()
        duration = round(float(frame.info.get("duration") or 0))
        durations.append(100 if duration <= 10 else min(duration, 60_000))  # as browsers do
    return durations


def _upright(image: ImageFile.ImageFile) -> Image.Image:
    """As a viewer that obeys the EXIF orientation shows it."""
    image.load()
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # broken metadata says nothing; the pixels are fine
        orientation = None
    turn = _UPRIGHT.get(orientation or 1)
    return image.transpose(turn) if turn is not None else image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours without a profile; one that cannot be used is ignored, as browsers do."""
    if image.mode.startswith("I"):
        return _eight_bits(image)
    if not profile:
        return image
    if image.mode in ("P", "PA", "LA", "1"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return (
            ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode) or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits; Pillow's own conversion clips it."""
    grey = image.convert("I").point(lambda value: value / 257).convert("L")
    grey.info.pop("transparency", None)
    return grey


def _without_metadata(image: Image.Image) -> Image.Image:
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return image


def _encoded(image: Image.Image, kind: str, **options: Any) -> Picture:
    out = io.BytesIO()
    try:
        image.save(out, kind, exif=b"", **options)
    except OSError as error:  # every frame was decoded before
        raise ImageRefused("The image has too much detail for its size. Make it smaller.") from error
    extension = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}[kind]
    return Picture(out.getvalue(), Image.MIME[kind], extension, image.width, image.height)
