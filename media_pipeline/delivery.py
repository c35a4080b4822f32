"""Addresses of a set's files. Each is signed for as long as playing takes, and no longer than six hours.

Playlists are made anew for whoever asks, out of the text that their row keeps: the storage is not asked.
"""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings

from media_pipeline import storage
from media_pipeline.models import MediaAsset, Rendition, RenditionSet
from media_pipeline.playing import HLS, Chapter, Playable, Source, Track

LEAST, MOST = 15 * 60, 6 * 3600  # seconds
_NAME = re.compile(r'(?<=URI=")[^"]+|^(?!#)(?!WEBVTT)[0-9a-f]{64}\.\w+', re.MULTILINE)

type Address = Callable[[Rendition], str]


def lifetime(duration: float | None) -> int:
    """Seconds for which an address lives: the whole of it with pauses, within bounds."""
    return int(min(max((duration or 0) * 1.5, LEAST), MOST))


def signed(file: Rendition, seconds: int, **headers: str) -> str:
    """An address of this file alone, dead after `seconds`. `headers` replace those of the answer (ResponseContentDisposition)."""
    what = {"Bucket": settings.S3_BUCKET, "Key": file.key, **headers}
    return str(storage.client().generate_presigned_url("get_object", Params=what, ExpiresIn=seconds))


def linked(file: Rendition, address: Address) -> str:
    """The text of a playlist or storyboard in which every name is an address."""
    files = {other.key.rpartition("/")[2]: other for other in file.set.renditions.defer("text", "facts")}
    known: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        name = found[0]
        if name not in known:
            known[name] = address(files[name])
        return known[name]

    return _NAME.sub(replace, file.text)


def playable(found: RenditionSet, address: Address, *, title: str, key: str, page: str = "") -> Playable:
    """What the player needs to play this set. `address` gives ours for what names other files, signed ones for the rest."""
    asset, files = found.asset, list(found.renditions.defer("text"))
    by_role = {role: [file for file in files if file.role == role] for role in Rendition.Role.values}

    def first(role: str) -> str:
        return address(by_role[role][0]) if by_role[role] else ""

    ranked = [*by_role["master"], *by_role["progressive"], *by_role["download"]]
    sources = tuple(
        Source(address(file), _TYPES.get(file.content_type, file.content_type)) for file in ranked
    )
    subtitles = [file for file in by_role["subtitles"] if file.content_type == "text/vtt"]
    tracks = tuple(
        Track(address(f), f.facts.get("language", f.name), f.facts.get("label", f.name)) for f in subtitles
    )
    return Playable(
        title=title,
        kind="video" if asset.kind == MediaAsset.Kind.VIDEO and by_role["progressive"] else "audio",
        sources=sources,
        duration=asset.duration or 0,
        key=key,
        poster=first("poster"),
        width=asset.width,
        height=asset.height,
        tracks=tracks,
        chapters=tuple(Chapter(c["start"], c.get("title") or "") for c in _chapters(found)),
        storyboard=first("storyboard"),
        waveform=first("waveform"),
        page=page,
    )


_TYPES = {"application/x-mpegurl": HLS}


def _chapters(found: RenditionSet) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = found.tags.get("chapters") or found.asset.probe.get("chapters", [])
    return given
