"""Removing from the storage what no set of an asset needs: cancelled, replaced long enough ago, deleted."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Min
from django.db.models.functions import Now

from core import work
from core.models import Work, WorkQuerySet
from core.work import Run
from media_pipeline import storage
from media_pipeline.encoding.keeping import CLOSED, OPEN, prefix
from media_pipeline.encoding.sets import GRACE, tidy
from media_pipeline.models import MediaAsset, Rendition, RenditionSet
from media_pipeline.models.renditions import ENCODES


def tidy_up(run: Run) -> None:
    """The work `media.tidy`; its key is the hash of an asset that may be gone.

    While something of the asset is being made nothing is removed: the files of a step stand there before a row
    names them. Whoever ends last asks again.
    """
    with _held(run) as asset:  # kept before anything is removed: a row must not come back without its files
        RenditionSet.objects.filter(asset=asset, retired_at__lt=Now() - GRACE, wanted_by=None).delete()
    with _held(run) as asset:
        if asset and _busy(asset):
            tidy(asset, after=GRACE / 24)
            return
        needed = _needed(asset) if asset else set()
        for place in (OPEN, CLOSED):
            storage.remove(key for key in storage.keys(prefix(run.key, place)) if key not in needed)
        if asset:
            _come_again(asset)
        else:
            storage.remove([original_key(run.key)])


@contextmanager
def _held(run: Run) -> Iterator[MediaAsset | None]:
    with transaction.atomic():
        hold(run.key)
        asset = MediaAsset.objects.select_for_update(no_key=True).filter(sha256=run.key).first()
        with run.commit():  # behind the asset, as in `sets`
            yield asset


def _needed(asset: MediaAsset) -> set[str]:
    """The keys of its sets, and of what parked work has made: a retry begins behind it."""
    keys = set(Rendition.objects.filter(set__asset=asset).values_list("key", flat=True))
    for told in _encodes(asset).filter(state=Work.State.PARKED).values_list("checkpoint", flat=True):
        keys |= {file["key"] for files in told.get("steps", {}).values() for file in files}
    return keys


def _come_again(asset: MediaAsset) -> None:
    """For what is still in its time of grace: whoever asked for this run may have taken the place of that wish."""
    first = asset.sets.filter(wanted_by=None).aggregate(Min("retired_at"))["retired_at__min"]
    if first:
        work.enqueue("media.tidy", asset.sha256, at=first + GRACE)


def hold(sha256: str) -> None:
    """Until this transaction ends nobody else brings these bytes or removes them: an asset's row and its original agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"media {sha256}"])


def original_key(sha256: str) -> str:
    """Where the bytes of an audio or video asset are kept."""
    return f"originals/{sha256[:2]}/{sha256}"


def _busy(asset: MediaAsset) -> bool:
    return _encodes(asset).filter(state__in=[Work.State.WAITING, Work.State.RUNNING]).exists()


def _encodes(asset: MediaAsset) -> WorkQuerySet:
    ids = [str(pk) for pk in asset.sets.unfinished().values_list("pk", flat=True)]
    return Work.objects.filter(kind__in=ENCODES, key__in=ids)
