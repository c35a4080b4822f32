"""Playlists and storyboards for whoever asks, out of the text that their row keeps: the storage is not asked."""

from collections.abc import Callable

from media_pipeline.models import Rendition

type Address = Callable[[Rendition], str]


def linked(file: Rendition, address: Address) -> str:
    """The text in which every name is an address. `address` is given rows that know their key and id alone."""
    text = file.text
    for other in file.set.renditions.only("set", "key"):
        name = other.key.rpartition("/")[2]  # a hash, so it is nothing else
        if name in text:
            text = text.replace(name, address(other))
    return text
