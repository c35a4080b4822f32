"""Long work, outside of requests. PostgreSQL remembers it, RQ only wakes a worker.

    @handler("media.transcode", queue="media", timeout=3600)
    def transcode(run: Run) -> None: ...

    enqueue("media.transcode", str(asset.pk))      # in the transaction that makes it necessary

A handler runs at least once: it may die at any line and be run again, even while an orphan of it still runs. What it
changes in the database goes into `with run.commit():`, which an orphan cannot pass; what it does elsewhere bears
repeating. `run.checkpoint({...})` spares a later try what is done already (`run.progress`).
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Least, Now

from core import lease, wakeups
from core.faults import point
from core.lease import Handler, Interrupted, LostLease, Permanent, Resources, Run, Transient
from core.models import Work
from core.signals import work_dropped

__all__ = [
    "HANDLERS",
    "Interrupted",
    "LostLease",
    "Permanent",
    "Resources",
    "Run",
    "Transient",
    "drop",
    "enqueue",
    "handler",
    "key_of",
    "retry",
    "run",
]

log = structlog.get_logger(__name__)

HANDLERS: dict[str, Handler] = {}
_stop_asked = False
_interruptible: Run | None = None


def handler(
    kind: str,
    *,
    attempts: int = 5,
    lease: int = 60,
    queue: str = "default",
    timeout: int | None = None,
    patience: timedelta = timedelta(days=1),
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Register a function for a kind of work (`app.verb`). It is found in an app's `jobs.py`.

    It is parked after `attempts` tries that failed or killed their process, or when Transient errors have gone on for
    `patience`. `lease`: seconds after which a dead runner is replaced; `timeout`: seconds a try may take (None: the
    queue's). A kind's name is kept one release longer than its last caller, as old rows wait for it.
    """

    def register(function: Callable[[Run], None]) -> Callable[[Run], None]:
        seconds = timeout or int(str(settings.RQ_QUEUES[queue]["DEFAULT_TIMEOUT"]))
        HANDLERS[kind] = Handler(kind, function, attempts, lease, queue, seconds, patience)
        return function

    return register


@transaction.atomic
def enqueue(
    kind: str, key: str, payload: dict[str, Any] | None = None, *, at: datetime | None = None
) -> Work:
    """Have it done once after this transaction has committed, or at `at`, if that is later.

    There is one row for a kind and key. If it waits already, it keeps its place, takes the new payload and the earlier
    of the two times; if it runs, it runs once more afterwards; if it is done or parked, it begins anew.
    """
    if kind not in HANDLERS:
        raise LookupError(f"nobody handles the work {kind!r}")
    told = payload or {}
    when: Any = at or Now()
    row, made = Work.objects.select_for_update().get_or_create(
        kind=kind, key=key, defaults={"payload": told, "due_at": when, "next_try_at": when}
    )
    if not made:
        _ask_again(row, told, when)
    if row.state == Work.State.WAITING and at is None:
        wake(row)
    return row


def key_of(ids: Sequence[int]) -> str:
    """A key for work on many rows: others have another one, even between the same bounds, and so replace nothing."""
    digest = hashlib.blake2b(repr(list(ids)).encode(), digest_size=8).hexdigest()
    return f"{ids[0]}-{ids[-1]}-{digest}"


def _ask_again(row: Work, payload: dict[str, Any], when: Any) -> None:
    if row.payload != payload:
        row.payload = payload
        row.checkpoint = row.checkpoint if row.state == Work.State.RUNNING else {}
    if row.state == Work.State.RUNNING:
        row.again_at = Least(F("again_at"), when)
    elif row.state == Work.State.WAITING:
        row.next_try_at = Least(F("next_try_at"), when)
    else:
        row.state, row.attempts, row.problem, row.checkpoint = Work.State.WAITING, 0, "", {}
        row.due_at = row.next_try_at = when
    row.changed_at = Now()
    row.save()


def retry(work_id: int) -> bool:
    """Give parked work a new chance: all its attempts, and what it had finished already. False if it is not parked.

    Work of a kind that this release does not know stays parked.
    """
    fresh = {
        "state": Work.State.WAITING,
        "attempts": 0,
        "due_at": Now(),
        "next_try_at": Now(),
        "changed_at": Now(),
    }
    if not Work.objects.filter(pk=work_id, state=Work.State.PARKED, kind__in=HANDLERS).update(**fresh):
        return False
    wake(Work.objects.get(pk=work_id))
    return True


@transaction.atomic
def drop(work_id: int) -> bool:
    """It is no longer wanted: what waits or is parked is done with, what runs ends at its next question (LostLease).

    False if there was nothing to drop.
    """
    gone = {"state": Work.State.DONE, "fence": F("fence") + 1, "lease_until": None, "again_at": None}
    forgotten = {"payload": {}, "checkpoint": {}, "problem": "", "changed_at": Now()}
    rows = Work.objects.filter(pk=work_id).exclude(state=Work.State.DONE)
    if not rows.update(**gone, **forgotten):
        return False
    row = Work.objects.get(pk=work_id)
    work_dropped.send(sender=Work, kind=row.kind, key=row.key)
    return True


def wake(row: Work) -> None:
    """Tell a worker, once this transaction has committed. If Redis is away the clock does it later."""
    work_id, fence, found = row.pk, row.fence, HANDLERS[row.kind]
    transaction.on_commit(lambda: wakeups.wake(work_id, fence, found), robust=True)


def wake_due() -> None:
    """The clock's part: whatever is due and not in RQ's list is put there again, so that a lost list loses nothing."""
    wakeups.wake_missing(Work.objects.due().filter(kind__in=HANDLERS), HANDLERS)


def run(work_id: int) -> None:
    """Do one piece of work if it is due. RQ calls this by its name; it says nothing back, the row does."""
    current = None if _stop_asked else _claim(work_id)
    if current is None:
        return
    point("work.claimed")
    try:
        again = _attempt(current)
    except LostLease:
        log.warning("work_lost", work=str(current))
        return
    point("work.settled")
    if again:
        wakeups.wake(current.id, current.fence, current.handler)


def _claim(work_id: int) -> Run | None:
    try:
        return lease.claim(work_id, HANDLERS)
    except (OperationalError, InterfaceError) as error:
        log.warning("work_not_claimed", work=work_id, error=str(error))
        return None


def _attempt(current: Run) -> bool:
    try:
        with lease.heartbeat(current):
            _call(current)
    except LostLease:
        raise
    except Permanent as error:
        return lease.fail(current, error)
    except BaseException as error:
        if current.stopping or isinstance(error, KeyboardInterrupt):
            return lease.give_back(current)
        log.warning("work_raised", work=str(current), exc_info=not isinstance(error, Transient))
        return lease.fail(current, error)
    return lease.finish(current)


def _call(current: Run) -> None:
    global _interruptible
    current.stopping = _stop_asked
    _interruptible = current
    try:
        current.handler.function(current)
    finally:
        _interruptible = None


def stop_soon() -> None:
    """The process has to end: begin nothing more, and let the running handler stop at its next checkpoint."""
    global _stop_asked
    _stop_asked = True
    if _interruptible:
        _interruptible.stopping = True


def interrupt() -> None:
    """Raise Interrupted in the running handler. Call it from a signal handler, in the main thread."""
    if _interruptible:
        _interruptible.stopping = True
        raise Interrupted
