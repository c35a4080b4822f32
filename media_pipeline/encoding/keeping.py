"""Putting what a step has made where it stays: under a key that is its hash, beside the asset's other files."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from core.faults import point
from media_pipeline import storage
from media_pipeline.encoding.steps import Kept, Made
from media_pipeline.models import MediaAsset, Rendition

OPEN, CLOSED = "images", "renditions"  # what anybody may fetch, and what delivery must sign

NAMING = (Rendition.Role.MASTER, Rendition.Role.PLAYLIST, Rendition.Role.STORYBOARD)  # files that name others


def prefix(sha256: str, place: str) -> str:
    """Where the files of the asset with this hash are."""
    return f"{place}/{sha256}/"


def keep(asset: MediaAsset, step: str, files: Iterable[Made], tell: Callable[[float], None]) -> list[Kept]:
    """Upload what is not there yet. Two runners of the same work put the same bytes under the same key.

    Raises StorageUnavailable.
    """
    return [_keep(asset, step, made, tell) for made in files]


def _keep(asset: MediaAsset, step: str, made: Made, tell: Callable[[float], None]) -> Kept:
    digest, size = _digest(made.path)
    place = OPEN if asset.kind == asset.Kind.IMAGE else CLOSED
    key = f"{prefix(asset.sha256, place)}{digest}{made.path.suffix}"
    if storage.size_of(key) != size:
        storage.put_file(key, made.path, made.content_type, lambda: tell(1), shared=place == OPEN)
    point("encode.after_upload")
    return Kept(
        step=step,
        role=made.role,
        name=made.name,
        key=key,
        sha256=digest,
        bytes=size,
        content_type=made.content_type,
        width=made.width,
        height=made.height,
        duration=made.duration,
        facts=made.facts,
        text=made.path.read_text() if made.role in NAMING else "",
    )


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
