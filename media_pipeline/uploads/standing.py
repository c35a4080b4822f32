"""How an upload stands, for whoever watches it."""

from collections.abc import Collection
from typing import Any

from django.urls import reverse

from core.models import Work
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.uploads.lifecycle import CHECK

State = Upload.State


def standing(upload: Upload) -> dict[str, Any]:
    """`state` is Upload.state; `words` a sentence about the check; `parts` {number: sha256} while it is being sent."""
    return standings([upload])[0]


def standings(uploads: Collection[Upload]) -> list[dict[str, Any]]:
    tokens = [str(upload.token) for upload in uploads if upload.state == State.CHECKING]
    rows = {row.key: row for row in Work.objects.filter(kind=CHECK, key__in=tokens)} if tokens else {}
    return [_standing(upload, rows.get(str(upload.token))) for upload in uploads]


def _standing(upload: Upload, check: Work | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "token": str(upload.token),
        "name": upload.name,
        "bytes": upload.bytes,
        "part_bytes": upload.part_bytes,
        "part_count": upload.part_count,
        "state": upload.state,
        "problem": upload.problem,
    }
    if upload.state == State.SENDING:
        told["parts"] = upload.parts
    if upload.state == State.CHECKING:
        told["words"] = _check(check)
    if upload.asset:
        told["asset"] = _asset(upload.asset)
    if upload.replaces:
        told["replaces"] = _asset(upload.replaces)
    return told


def _check(row: Work | None) -> str:
    if row is None or row.state == Work.State.DONE:
        return "Being checked."
    if row.state == Work.State.PARKED:
        return f"It could not be checked: {row.problem} An administrator can try again."
    if row.state == Work.State.WAITING:
        return f"{row.problem} It is tried again soon." if row.problem else "Waiting to be checked."
    if row.checkpoint.get("doing") == "reading":
        return f"Being checked: {row.checkpoint['percent']} % read."
    return "Being put in its place." if row.checkpoint.get("doing") == "keeping" else "Being checked."


def _asset(asset: MediaAsset) -> dict[str, Any]:
    return {"id": asset.pk, "kind": asset.kind, "name": str(asset), "url": address(asset)}


def address(asset: MediaAsset) -> str:
    """Of its page on the desk."""
    page = "mediaasset" if asset.kind == MediaAsset.Kind.IMAGE else "recording"
    return reverse(f"admin:media_pipeline_{page}_change", args=[asset.pk])
