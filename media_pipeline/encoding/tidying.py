"""Removing from the storage what no set of an asset needs: cancelled, failed, replaced long enough ago, deleted."""

from django.db import connection
from django.db.models.functions import Now

from core.models import Work
from core.work import Run
from media_pipeline import storage
from media_pipeline.encoding.keeping import CLOSED, OPEN, prefix
from media_pipeline.encoding.sets import GRACE, tidy
from media_pipeline.models import MediaAsset, Rendition, RenditionSet
from media_pipeline.models.renditions import ENCODE


def tidy_up(run: Run) -> None:
    """The work `media.tidy`; its key is the hash of an asset that may be gone.

    While something of the asset is being made nothing is removed: the files of a step stand there before a row
    names them. Whoever ends last asks again.
    """
    sha256 = run.key
    with run.commit():
        hold(sha256)
        asset = MediaAsset.objects.select_for_update().filter(sha256=sha256).first()
        if asset and _busy(asset):
            tidy(asset, after=GRACE / 24)
            return
        if asset:
            RenditionSet.objects.filter(asset=asset, retired_at__lt=Now() - GRACE, wanted_by=None).delete()
        needed = (
            set(Rendition.objects.filter(set__asset=asset).values_list("key", flat=True)) if asset else set()
        )
        for place in (OPEN, CLOSED):
            storage.remove(key for key in storage.keys(prefix(sha256, place)) if key not in needed)
        if asset is None:
            storage.remove([original_key(sha256)])


def hold(sha256: str) -> None:
    """Until this transaction ends nobody else brings these bytes or removes them: an asset's row and its original agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"media {sha256}"])


def original_key(sha256: str) -> str:
    """Where the bytes of an audio or video asset are kept."""
    return f"originals/{sha256[:2]}/{sha256}"


def _busy(asset: MediaAsset) -> bool:
    ids = [str(pk) for pk in asset.sets.unfinished().values_list("pk", flat=True)]
    return Work.objects.filter(kind=ENCODE, key__in=ids, state__in=["waiting", "running"]).exists()
