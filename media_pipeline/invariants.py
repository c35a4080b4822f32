from collections.abc import Iterator

from django.core.files.storage import default_storage

from core.invariants import invariant
from media_pipeline.models import MediaAsset


@invariant("Every asset's bytes are in the storage", needs_storage=True)
def bytes_exist() -> Iterator[str]:
    """One listing instead of a question for each: a thousand keys a request."""
    stored = {found.key: found.size for found in default_storage.bucket.objects.all()}  # type: ignore[attr-defined]
    for asset in MediaAsset.objects.order_by("pk").iterator():
        if asset.key not in stored:
            yield f"{asset.reference} ({asset}): {asset.key} is missing."
        elif stored[asset.key] != asset.bytes:
            yield f"{asset.reference} ({asset}): {asset.key} has {stored[asset.key]} bytes, not {asset.bytes}."
