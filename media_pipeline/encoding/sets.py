"""Who wants what of an asset, and which set is live. Every change of an asset's sets holds the asset's row.

Held without its key, as whoever saves a text meanwhile points at the row and has what we may wait for. And held before
any of its work: whoever begins with the other one waits for ever.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from core import work
from core.clock import database_now
from core.models import Work
from media_pipeline.encoding.plans import plan
from media_pipeline.encoding.steps import Kept, recipe_of
from media_pipeline.models import Encoding, MediaAsset, Rendition, RenditionSet
from media_pipeline.models.renditions import ENCODE, ENCODES, LADDER
from media_pipeline.signals import asset_ready

GRACE = timedelta(
    days=1
)  # for which a set stays after another has taken its place: players and caches still ask for it


@contextmanager
def held(asset: MediaAsset) -> Iterator[None]:
    """A transaction in which nobody else changes what is wanted or live of it. One that is gone needs no holding."""
    with transaction.atomic():
        MediaAsset.objects.select_for_update(no_key=True).filter(pk=asset.pk).first()
        yield


@transaction.atomic
def request(
    asset: MediaAsset, profile: str, *, owner: str = "", tags: dict[str, Any] | None = None
) -> Encoding:
    """Have a profile made of an asset; what is live for `owner` stays so until the new set is ready.

    A set that the same recipe has made before goes live at once; one that was cancelled or failed is tried anew.
    Raises Permanent if the profile does not fit.
    """
    own = MediaAsset.objects.select_for_update(no_key=True).get(pk=asset.pk)
    told = tags or {}
    steps = plan(own, profile, told)
    wanted, _ = RenditionSet.objects.get_or_create(
        asset=own, recipe=recipe_of(own, steps), defaults={"profile": profile, "tags": told}
    )
    encoding, _ = Encoding.objects.update_or_create(
        asset=own, profile=profile, owner=owner, defaults={"wanted": wanted, "tags": told}
    )
    _drop_what_nobody_wants(own)
    if wanted.ready_at:
        _switch(wanted)
    else:
        _begin(wanted)
    return encoding


def retry(rendition_set: RenditionSet) -> None:
    """Make a set that has failed or was cancelled after all."""
    with held(rendition_set.asset):
        _begin(rendition_set)


def retry_or_request(encoding: Encoding) -> None:
    """What is wanted by today's profile and captions; if that is what was wanted already, whatever failed of it."""
    renewed = request(encoding.asset, encoding.profile, owner=encoding.owner, tags=encoding.tags)
    if not renewed.wanted.ready_at:
        retry(renewed.wanted)


def cancel(rendition_set: RenditionSet) -> bool:
    """Stop making it, at once, and leave nothing of it behind. False if it was too late."""
    with held(rendition_set.asset):
        row = _work(rendition_set).first()
        return row is not None and work.drop(row.pk)


def dropped(rendition_set: RenditionSet) -> None:
    """Somebody has decided that it is not made any more: what was made of it goes."""
    if RenditionSet.objects.unfinished().filter(pk=rendition_set.pk).update(cancelled_at=Now(), progress={}):
        tidy(rendition_set.asset)


def go_live(rendition_set: RenditionSet, files: Iterable[Kept]) -> None:
    """Write down the files of a set and point at it. Call it in a transaction that only one runner can commit."""
    asset = MediaAsset.objects.select_for_update(no_key=True).get(pk=rendition_set.asset_id)
    columns = [{name: getattr(file, name) for name in Kept.__dataclass_fields__} for file in files]
    Rendition.objects.bulk_create([Rendition(set=rendition_set, **row) for row in columns])
    RenditionSet.objects.filter(pk=rendition_set.pk).update(ready_at=Now(), progress={}, log="")
    rendition_set.refresh_from_db()
    rendition_set.asset = asset
    _switch(rendition_set)


def forget(wish: Encoding) -> None:
    """Its owner wants it no more. What was made for nobody else goes: what is unfinished now, the rest after a time of grace."""
    with held(wish.asset):
        wish.delete()
        _drop_what_nobody_wants(wish.asset)
        unwanted = wish.asset.sets.filter(wanted_by=None, live_for=None, retired_at=None)
        if unwanted.exclude(ready_at=None).update(retired_at=Now()):
            tidy(wish.asset, after=GRACE)


def tidy(asset: MediaAsset, *, after: timedelta | None = None) -> None:
    """Have what no set of this asset needs any more removed from the storage."""
    at = database_now() + after if after else None
    work.enqueue("media.tidy", asset.sha256, at=at)


def _begin(rendition_set: RenditionSet) -> None:
    RenditionSet.objects.filter(pk=rendition_set.pk).update(cancelled_at=None, log="")
    row = _work(rendition_set).first()
    if row is None or row.state == Work.State.DONE:
        kind = LADDER if rendition_set.asset.kind == MediaAsset.Kind.IMAGE else ENCODE
        work.enqueue(kind, str(rendition_set.pk))
    elif row.state == Work.State.PARKED:
        work.retry(row.pk)  # with what was made before it failed


def _switch(rendition_set: RenditionSet) -> None:
    """The set becomes live wherever it is wanted; what it replaces is retired, unless it is live elsewhere."""
    wanting = Encoding.objects.filter(wanted=rendition_set).exclude(live=rendition_set)
    before = set(wanting.exclude(live=None).values_list("live", flat=True))
    if not wanting.update(live=rendition_set):
        return
    RenditionSet.objects.filter(pk=rendition_set.pk).update(retired_at=None)
    retired = RenditionSet.objects.filter(pk__in=before, live_for=None).update(retired_at=Now())
    asset_ready.send(sender=MediaAsset, asset=rendition_set.asset, rendition_set=rendition_set)
    if retired:
        tidy(rendition_set.asset, after=GRACE)


def _drop_what_nobody_wants(asset: MediaAsset) -> None:
    for orphan in asset.sets.unfinished().filter(wanted_by=None):
        cancel(orphan)


def _work(rendition_set: RenditionSet) -> QuerySet[Work]:
    return Work.objects.filter(kind__in=ENCODES, key=str(rendition_set.pk))
