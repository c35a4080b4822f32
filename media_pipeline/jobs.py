from datetime import timedelta

from core.work import Run, handler
from media_pipeline import replacing
from media_pipeline.encoding import running, tidying
from media_pipeline.models.renditions import ENCODE, LADDER
from media_pipeline.regions import health, tending
from media_pipeline.regions.wanted import AUDIT, SYNC
from media_pipeline.uploads import checking, sweeping
from media_pipeline.uploads.lifecycle import CHECK

HOURS = 3600


@handler(ENCODE, queue="media", attempts=4, lease=45, timeout=6 * HOURS, patience=timedelta(days=2))
def encode(run: Run) -> None:
    running.encode(run)


@handler(LADDER, queue="files", attempts=4, lease=45, timeout=HOURS, patience=timedelta(days=2))
def ladder(run: Run) -> None:
    running.encode(run)


@handler("media.tidy", attempts=10, timeout=HOURS // 2)
def tidy(run: Run) -> None:
    tidying.tidy_up(run)


@handler(CHECK, queue="files", attempts=4, lease=45, timeout=6 * HOURS, patience=timedelta(days=2))
def check_upload(run: Run) -> None:
    checking.check(run)


@handler("media.sweep_uploads", attempts=3, timeout=HOURS // 2)
def sweep_uploads(run: Run) -> None:
    sweeping.sweep(run)


@handler(replacing.REPLACE)
def replace(run: Run) -> None:
    replacing.go_on(run)


@handler(replacing.TELL)
def tell_replaced(run: Run) -> None:
    replacing.tell(run)


@handler(health.PROBE, attempts=3, timeout=120)
def probe_regions(run: Run) -> None:
    health.probe_all()


@handler(SYNC, queue="sync", lease=45, timeout=6 * HOURS, patience=timedelta(days=7))
def sync_region(run: Run) -> None:
    tending.sync_region(run)


@handler(tending.RECONCILE, queue="sync", attempts=3)
def reconcile_regions(run: Run) -> None:
    tending.reconcile(run)


@handler(AUDIT, queue="sync", attempts=3, lease=45, timeout=2 * HOURS)
def audit_region(run: Run) -> None:
    tending.audit_region(run)
