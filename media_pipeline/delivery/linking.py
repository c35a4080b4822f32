"""Playlists and storyboards for whoever asks, out of the text that their row keeps: the storage is not asked."""

import re
from collections.abc import Callable

from media_pipeline.models import Rendition

_NAME = re.compile(r'(?<=URI=")[^"]+|^(?!#)(?!WEBVTT)[0-9a-f]{64}\.\w+', re.MULTILINE)

type Address = Callable[[Rendition], str]


def linked(file: Rendition, address: Address) -> str:
    """The text in which every name is an address. `address` is given rows that know their key and id alone."""
    files = {other.key.rpartition("/")[2]: other for other in file.set.renditions.only("set", "key")}
    known: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        name = found[0]
        if name not in known:
            known[name] = address(files[name])
        return known[name]

    return _NAME.sub(replace, file.text)
