"""What a feed itself does not say, and somebody has asked for: see `fetching`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class File:
    """What a server said of an enclosure. `bytes` is None if it did not say; `problem` is a sentence, "" if it answered."""

    bytes: int | None = None
    type: str = ""
    ranges: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture's header says: `format` is jpeg, png, webp, gif …, `mode` Pillow's (RGB, CMYK …)."""

    width: int = 0
    height: int = 0
    format: str = ""
    mode: str = ""
    bytes: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """By address, as the feed writes it. `content_type` is what the feed itself came with, "" if it came from a file.

    `has_validator`: its server said by what to ask again (ETag or Last-Modified).
    """

    files: Mapping[str, File] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    content_type: str = ""
    has_validator: bool = True
