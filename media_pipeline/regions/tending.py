"""What the workers do for a region: `media.sync_region` and `media.audit_region`, whose key is the region's id."""

from datetime import timedelta

from django.db.models.functions import Now

from core import work
from core.clock import database_now
from core.models import Work
from core.work import Run
from media_pipeline.models import Region
from media_pipeline.regions import auditing, wanted
from media_pipeline.regions.copying import NotCopied
from media_pipeline.regions.removing import remove
from media_pipeline.regions.syncing import sync
from media_pipeline.regions.wanted import AUDIT, SYNC
from media_pipeline.storage import StorageUnavailable

SLICE = 45.0  # seconds; then other regions have their turn
SOON = timedelta(seconds=1)
AUDITED = timedelta(hours=20)
RECONCILE = "media.reconcile_regions"


def sync_region(run: Run) -> None:
    """A slice of it; what is left comes again, at once or when it is due."""
    region = _enabled(run)
    if region is None:
        return
    done = sync([region], seconds=SLICE, tell=lambda _: run.check())
    if done.away:
        raise StorageUnavailable(done.away[region.pk])
    _remove(region)
    if at := wanted.next_due(region):
        work.enqueue(SYNC, run.key, at=max(at, database_now() + SOON))


def audit_region(run: Run) -> None:
    """All of it by listing, some of it byte by byte; what is found is repaired by the other work."""
    region = _enabled(run)
    if region is None:
        return
    auditing.verify(region)
    run.check()
    auditing.sample(region)
    auditing.clear_unfinished(region)
    if wanted.due(region).exists():
        work.enqueue(SYNC, run.key)


def ask_for_audits() -> None:
    """The clock's part, once a day, however often it starts anew."""
    lately = Work.objects.filter(kind=AUDIT, state=Work.State.DONE, changed_at__gt=Now() - AUDITED)
    done = set(lately.values_list("key", flat=True))
    for pk in Region.objects.enabled().order_by("pk").values_list("pk", flat=True):
        if str(pk) not in done:
            work.enqueue(AUDIT, str(pk))


def reconcile(run: Run) -> None:
    wanted.reconcile()


def ask_to_reconcile() -> None:
    """The clock's part, which has no time for as many rows."""
    work.enqueue(RECONCILE, "all")


def _enabled(run: Run) -> Region | None:
    return Region.objects.enabled().filter(pk=run.key).first()


def _remove(region: Region) -> None:
    try:
        remove(region)
    except NotCopied as error:
        raise StorageUnavailable(str(error)) from error  # what is wanted is copied all the same
