from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db.models import F, Q

from core.invariants import Note, invariant
from media_pipeline.models import Encoding, MediaAsset, Region, Rendition, RenditionSet
from media_pipeline.regions import auditing
from media_pipeline.regions.copying import Away


@invariant("Every asset's bytes are in the storage", needs_storage=True)
def bytes_exist() -> Iterator[str]:
    """One listing instead of a question for each: a thousand keys a request."""
    stored = {found.key: found.size for found in default_storage.bucket.objects.all()}  # type: ignore[attr-defined]
    for asset in MediaAsset.objects.order_by("pk").iterator():
        if asset.key not in stored:
            yield f"{asset.reference} ({asset}): {asset.key} is missing."
        elif stored[asset.key] != asset.bytes:
            yield f"{asset.reference} ({asset}): {asset.key} has {stored[asset.key]} bytes, not {asset.bytes}."
    for file in Rendition.objects.select_related("set__asset").order_by("pk").iterator():
        if stored.get(file.key) != file.bytes:
            yield f"{file.set} ({file}): {file.key} has {stored.get(file.key, 'no')} bytes, not {file.bytes}."


@invariant("What is live was finished, and what is wanted is being made")
def sets_move() -> Iterator[str]:
    for encoding in Encoding.objects.filter(live__ready_at=None, live__isnull=False):
        yield f"{encoding} points at a set that was never finished."
    for lost in RenditionSet.objects.filter(wanted_by__isnull=False).in_state("none"):
        yield f"{lost} (set {lost.pk}) is wanted, and nobody makes it."


@invariant("An asset shows what was made of its own file")
def sets_belong() -> Iterator[str]:
    for encoding in Encoding.objects.exclude(
        Q(wanted__asset=F("asset")) & (Q(live=None) | Q(live__asset=F("asset")))
    ):
        yield f"{encoding} points at a set of another asset."


@invariant("What is said to be verified in a region is there", needs_storage=True)
def copies_exist() -> Iterator[str]:
    """Also one that is out for now answers for what it holds as soon as it is back."""
    for region in Region.objects.enabled():
        verified = region.copies.wanted().verified().order_by("pk")
        try:
            there = auditing.listed(region) if verified.exists() else {}
        except Away as error:
            yield Note(f"{region} cannot be looked at: {error}")
            continue
        for copy in verified.iterator():
            size, etag = there.get(copy.key, ("no", ""))
            if (size, etag) != (copy.bytes, copy.etag):
                yield f"{region}: {copy.key} has {size} bytes ({etag}), not {copy.bytes} ({copy.etag})."
