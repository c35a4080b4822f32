"""Artwork, by its address and, where somebody has asked for it, by its header."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import limits, values
from publishing.podcast_check.facts import Picture
from publishing.podcast_check.feed import ITUNES, Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, Spot, at, rule

_WHERE = "channel|item/itunes:image"
_KNOWN = tuple(name for names in limits.ARTWORK_TYPES.values() for name in names)
_SIZE = f"{limits.SMALLEST_ARTWORK} to {limits.LARGEST_ARTWORK} pixels"
_MOST = limits.HEAVY_ARTWORK // 1024


@rule(
    "artwork-missing",
    Level.ERROR,
    CHANNEL,
    "The show has no artwork.",
    f'Add <itunes:image href="…"/>: square, {_SIZE}, JPEG or PNG.',
)
def no_artwork(channel: Element, feed: Feed) -> Iterator[Spot]:
    if channel.first("image", ITUNES) is None:
        yield at(channel)


@rule(
    "artwork-without-address",
    Level.ERROR,
    _WHERE,
    "itunes:image has no address in its attribute href.",
    'Write <itunes:image href="https://…"/>.',
)
def no_address(image: Element, feed: Feed) -> Iterator[Spot]:
    if not image.get("href"):
        yield at(image)


@rule(
    "artwork-extension",
    Level.WARNING,
    _WHERE,
    "The artwork's address ends in “.{extension}”; directories take JPEG and PNG alone.",
    "Name a file that ends in .jpg or .png.",
)
def extension(image: Element, feed: Feed) -> Iterator[Spot]:
    found = values.extension(image.get("href"))
    if found and found not in _KNOWN:
        yield at(image, extension=found)


@rule(
    "artwork-unreachable",
    Level.ERROR,
    _WHERE,
    "The artwork cannot be had: {problem}",
    "Put it back, or correct the address.",
)
def unreachable(image: Element, feed: Feed) -> Iterator[Spot]:
    picture = feed.facts.pictures.get(image.get("href"))
    if picture and picture.problem:
        yield at(image, problem=picture.problem)


@rule(
    "artwork-not-square",
    Level.ERROR,
    _WHERE,
    "The artwork is {width} × {height} pixels, and directories want it square.",
    f"Crop it: {_SIZE} a side.",
)
def not_square(image: Element, feed: Feed) -> Iterator[Spot]:
    picture = _read(image, feed)
    if picture and picture.width != picture.height:
        yield at(image, width=picture.width, height=picture.height)


@rule(
    "artwork-size",
    Level.ERROR,
    _WHERE,
    f"The artwork is {{side}} pixels wide; directories take {_SIZE}.",
    f"{limits.ADVISED_ARTWORK} a side is best.",
)
def size(image: Element, feed: Feed) -> Iterator[Spot]:
    picture = _read(image, feed)
    if picture and not limits.SMALLEST_ARTWORK <= picture.width <= limits.LARGEST_ARTWORK:
        yield at(image, side=picture.width)


@rule(
    "artwork-format",
    Level.ERROR,
    _WHERE,
    "The artwork is {format}; directories take JPEG and PNG alone.",
    "Save it as one of them.",
)
def picture_format(image: Element, feed: Feed) -> Iterator[Spot]:
    picture = _read(image, feed)
    if picture and f"image/{picture.format}" not in limits.ARTWORK_TYPES:
        yield at(image, format=picture.format.upper())


@rule(
    "artwork-named-otherwise",
    Level.WARNING,
    _WHERE,
    "The artwork is {format}, and its address ends in “.{extension}”.",
    "Let the extension say what it is.",
)
def named_otherwise(image: Element, feed: Feed) -> Iterator[Spot]:
    picture, found = _read(image, feed), values.extension(image.get("href"))
    right = limits.ARTWORK_TYPES.get(f"image/{picture.format}", ()) if picture else ()
    if picture and right and found in _KNOWN and found not in right:
        yield at(image, format=picture.format.upper(), extension=found)


@rule(
    "artwork-colours",
    Level.WARNING,
    _WHERE,
    "The artwork's colours are {mode}; directories want RGB.",
    "Save it as RGB, without transparency.",
)
def colours(image: Element, feed: Feed) -> Iterator[Spot]:
    picture = _read(image, feed)
    if picture and picture.mode not in ("RGB", "L", "P"):
        yield at(image, mode=picture.mode)


@rule(
    "artwork-heavy",
    Level.INFO,
    _WHERE,
    f"The artwork has {{kilobytes}} KB; above {_MOST} KB phones wait for it.",
    "Compress it more.",
)
def heavy(image: Element, feed: Feed) -> Iterator[Spot]:
    picture = _read(image, feed)
    if picture and picture.bytes > limits.HEAVY_ARTWORK:
        yield at(image, kilobytes=round(picture.bytes / 1024))


def _read(image: Element, feed: Feed) -> Picture | None:
    """What its header says, if somebody has asked for it."""
    picture = feed.facts.pictures.get(image.get("href"))
    return picture if picture and not picture.problem else None
