"""Asks the servers what a feed only claims: how large its files are, and what its artwork is. Bounded in every way."""

import io
from collections.abc import Iterable
from dataclasses import replace

from PIL import Image, UnidentifiedImageError

from core import outbound
from core.xml import Element
from publishing.podcast_check.facts import Facts, File, Picture
from publishing.podcast_check.feed import ITUNES, Feed

MOST_FILES = 1000
MOST_PICTURE = 10 * outbound.MEBIBYTE
_SECONDS = 20
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def facts(feed: Feed, newest: int) -> Facts:
    """Of the first `newest` episodes' files and artwork, and of the show's artwork."""
    owners = [feed.channel, *feed.items[: min(newest, MOST_FILES)]]
    images = _addresses((each for owner in owners for each in owner.all("image", ITUNES)), "href")
    pictures = {url: picture(url) for url in images}
    return replace(feed.facts, files=files(feed, newest), pictures=pictures)


def files(feed: Feed, newest: int = MOST_FILES) -> dict[str, File]:
    """By address, of the first `newest` episodes."""
    items = feed.items[: min(newest, MOST_FILES)]
    enclosures = _addresses((each for item in items for each in item.all("enclosure")), "url")
    return {url: file(url) for url in enclosures}


def file(url: str) -> File:
    """What its server says of a file, by HEAD, redirects followed."""
    try:
        answer = outbound.fetch(url, method="HEAD", want_body=False, timeout=_SECONDS, purpose="check")
    except outbound.OutboundError as error:
        return File(problem=str(error))
    if answer.status != 200:
        return File(problem=f"the server answers {answer.status}.")
    length = answer.headers.get("Content-Length", "")
    return File(
        bytes=int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None,
        type=answer.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        ranges=answer.headers.get("Accept-Ranges", "").strip().lower() == "bytes",
    )


def picture(url: str) -> Picture:
    """What a picture's header says; it is not decoded."""
    try:
        answer = outbound.fetch(url, most_bytes=MOST_PICTURE, timeout=_SECONDS, purpose="check")
    except outbound.OutboundError as error:
        return Picture(problem=str(error))
    if answer.status != 200:
        return Picture(problem=f"the server answers {answer.status}.")
    try:
        with Image.open(io.BytesIO(answer.body), formats=_FORMATS) as image:
            kind = (image.format or "").lower()
            return Picture(image.width, image.height, kind, image.mode, len(answer.body))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return Picture(problem="it is no picture that directories know.")


def _addresses(elements: Iterable[Element], attribute: str) -> list[str]:
    return list(dict.fromkeys(url for element in elements if (url := element.get(attribute))))
