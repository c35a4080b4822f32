"""What files are called in addresses: of a live set by a name that stays (`poster.webp`, `subtitles-en.vtt`), of any by a grant."""

from django.urls import reverse

from media_pipeline.delivery.grants import Grant
from media_pipeline.models import Encoding, Rendition, RenditionSet


def name_of(file: Rendition) -> str:
    """`ROLE-NAME.EXTENSION`, without a name that says nothing more: `download.mp3`, `playlist-720p.m3u8`."""
    extension = file.key.rpartition(".")[2]
    more = "" if file.name in (file.role, extension) else f"-{file.name}"
    return f"{file.role}{more}.{extension}"


def named(found: RenditionSet, name: str) -> Rendition | None:
    """The delivered file of a set that has this name."""
    role = name.partition(".")[0].partition("-")[0]
    files = found.renditions.delivered().filter(role=role)
    return next((file for file in files if name_of(file) == name), None)


def stable(encoding: Encoding, file: Rendition) -> str:
    stem, _, extension = name_of(file).rpartition(".")
    return reverse("media_file", args=[encoding.pk, stem, extension])


def granted(grant: Grant | str, file: Rendition) -> str:
    return reverse("media_play", args=[str(grant), file.pk, file.key.rpartition(".")[2]])


def beside(file: Rendition) -> str:
    """From a file by a grant to another one by the same grant: a playlist of two hours stays short."""
    return f"{file.pk}.{file.key.rpartition('.')[2]}"


def again(encoding: Encoding) -> str:
    """Where a player asks for other addresses when those that it has do not play."""
    return reverse("media_playback", args=[encoding.pk])
