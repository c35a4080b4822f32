"""A file of this machine, brought by a command."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from media_pipeline import encoding
from media_pipeline.images import display_name
from media_pipeline.models import Encoding, MediaAsset, Upload
from media_pipeline.uploads import lifecycle, multipart
from media_pipeline.uploads.limits import PART_BYTES


def bring(
    path: Path,
    *,
    name: str,
    profile: str = "",
    tags: dict[str, Any] | None = None,
    created_by: User | None = None,
    tell: Callable[[int], None] = lambda sent: None,
) -> Upload:
    """Send a file to the storage and have it checked; `Upload.state` and `Upload.asset` tell what became of it.

    Bytes that are an asset already are not sent: the upload is done when this returns. `profile` empty means its
    kind's own. `tell` hears how many bytes were sent, part by part. Memory is that of one part, whatever the size.
    Raises lifecycle.Refused, core.work.Permanent (a profile that does not fit), StorageUnavailable or OSError.
    """
    size = path.stat().st_size
    lifecycle.check(size, profile)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if asset := MediaAsset.objects.filter(sha256=sha256).first():
        return _known(asset, name=name, size=size, created_by=created_by, profile=profile, tags=tags or {})
    upload = lifecycle.begin(name=name, size=size, created_by=created_by, profile=profile, tags=tags)
    try:
        _send(upload, path, tell)
        lifecycle.complete(upload)
    except BaseException:
        lifecycle.stop(upload)
        raise
    return upload


@transaction.atomic
def _known(
    asset: MediaAsset, *, name: str, size: int, profile: str, tags: dict[str, Any], **columns: Any
) -> Upload:
    request(asset, profile, tags)
    return Upload.objects.create(
        asset=asset,
        state=Upload.State.DONE,
        name=display_name(name),
        bytes=size,
        part_bytes=PART_BYTES,
        profile=profile,
        tags=tags,
        **columns,
    )


def request(asset: MediaAsset, profile: str, tags: dict[str, Any]) -> None:
    """Have made of it what its upload asked for; one without tags leaves alone those that it was given before."""
    wanted = profile or encoding.default_profile(asset.kind)
    before = Encoding.objects.filter(asset=asset, profile=wanted, owner="").first()
    encoding.request(asset, wanted, tags=tags or (before.tags if before else {}))


def _send(upload: Upload, path: Path, tell: Callable[[int], None]) -> None:
    for number, content in enumerate(_parts(path, upload.part_bytes), 1):
        if number > upload.part_count or len(content) != upload.length_of(number):
            raise lifecycle.Refused("The file has changed while it was read. Bring it again.")
        lifecycle.arrived(upload, {number: multipart.send(upload, number, content)})
        tell(len(content))


def _parts(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while content := file.read(size):
            yield content
