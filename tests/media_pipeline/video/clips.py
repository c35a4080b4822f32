"""Films: the real ones that come with the development data, and small ones of our own making; assets made of them."""

import hashlib
import subprocess
from pathlib import Path
from typing import cast

from core import work
from core.models import Work
from media_pipeline import ffmpeg, probing, storage
from media_pipeline.encoding import request
from media_pipeline.encoding.profiles import PROFILES, VideoProfile
from media_pipeline.encoding.tidying import original_key
from media_pipeline.models import Encoding, MediaAsset, Rendition

PROFILE = cast(VideoProfile, PROFILES["video"])
TONE = ["-f", "lavfi", "-i", "sine=440:r=48000"]


def generated(path: Path, *arguments: str) -> Path:
    """Made by ffmpeg of what it can make itself."""
    command = [str(ffmpeg.binary()), "-nostdin", "-loglevel", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True)
    return path


def asset_of(path: Path) -> MediaAsset:
    """As an upload leaves it behind: the original in the storage, probed. Raises probing.Refused."""
    content = path.read_bytes()
    probe = probing.probe(path)
    sha256 = hashlib.sha256(content).hexdigest()
    storage.put(original_key(sha256), content, "video/mp4")
    return MediaAsset.objects.create(
        kind=probe.kind,
        sha256=sha256,
        key=original_key(sha256),
        content_type="video/mp4",
        bytes=len(content),
        duration=probe.duration,
        width=probe.video.width if probe.video else 0,
        height=probe.video.height if probe.video else 0,
        probe=probe.to_json(),
        name=path.name,
    )


def encoded(asset: MediaAsset) -> list[Rendition]:
    """The files that are live once a worker has done what it was woken for."""
    encoding = request(asset, "video")
    for row in Work.objects.filter(kind="media.encode").exclude(state__in=["done", "parked"]):
        work.run(row.pk)
    return live(encoding)


def live(encoding: Encoding) -> list[Rendition]:
    encoding.refresh_from_db()
    problems = list(Work.objects.filter(kind="media.encode").values_list("state", "problem"))
    assert encoding.live, (problems, encoding.wanted.log)
    return list(encoding.live.renditions.all())


def fetched(renditions: list[Rendition], folder: Path) -> dict[str, Path]:
    """All files as they lie beside each other, by their names within their roles: "video 720p", "master master"."""
    found = {}
    for rendition in renditions:
        path = folder / rendition.key.rpartition("/")[2]
        storage.fetch(rendition.key, path)
        found[f"{rendition.role} {rendition.name}"] = path
    return found
