"""A runner's hold on one row of Work: the claim, the heartbeat, and what becomes of the row in the end.

Every question about time goes to the database's clock. `core.work` is what the rest of the project uses.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from rq.timeouts import JobTimeoutException

from core.models import Work, WorkQuerySet

log = structlog.get_logger(__name__)

SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=15)  # between two tries
_AWAY = (OperationalError, InterfaceError)


class Transient(Exception):
    """Something outside is away (storage, network, a provider): tried again until the kind's patience ends."""


class Resources(Exception):
    """This machine had too little memory or disk: tried again, and counted as an attempt."""


class Permanent(Exception):
    """It will never work: parked at once. The message tells an editor why, and what to do."""


class LostLease(Exception):
    """Somebody else has claimed this work since; nothing of this run may be kept."""


class Interrupted(KeyboardInterrupt):
    """The process has to end (a deploy, a restart). A KeyboardInterrupt, so that drivers cancel what they wait for."""


@dataclass(frozen=True)
class Handler:
    """How one kind of work is done; `core.work.handler` explains each part."""

    kind: str
    function: "Callable[[Run], None]"
    attempts: int
    lease: int
    queue: str
    timeout: int
    patience: timedelta


@dataclass
class Run:
    """One try at one piece of work, as its handler sees it."""

    id: int
    key: str
    payload: dict[str, Any]
    progress: dict[str, Any]  # what the last checkpoint of an earlier try has left; {} at first
    attempt: int  # 1 for the first
    fence: int
    handler: Handler
    stopping: bool = False

    def checkpoint(self, progress: dict[str, Any]) -> None:
        """Remember what is done already, for a later try. Raises LostLease, and Interrupted when the process has to end."""
        if not self.mine().update(checkpoint=progress, changed_at=Now()):
            raise LostLease(str(self))
        self.progress = progress
        self.check()

    def check(self) -> None:
        """A good moment to stop: raises Interrupted if the process has to end."""
        if self.stopping:
            raise Interrupted

    @contextmanager
    def commit(self) -> Iterator[None]:
        """A transaction that is kept only while this run holds the work; raises LostLease before it begins otherwise."""
        with self.held():
            yield

    @contextmanager
    def held(self) -> Iterator[Any]:
        waited = ExpressionWrapper(Now() - F("due_at"), DurationField())
        with transaction.atomic():
            row = self.mine().select_for_update().annotate(waited=waited).first()
            if row is None:
                raise LostLease(str(self))
            yield row

    def mine(self) -> WorkQuerySet:
        return Work.objects.filter(pk=self.id, fence=self.fence, state=Work.State.RUNNING)

    def __str__(self) -> str:
        return f"{self.handler.kind} {self.key}"


@transaction.atomic
def claim(work_id: int, handlers: dict[str, Handler]) -> Run | None:
    """Take the work if it is due and nobody has it. The attempt is counted now, so that it counts even if we die of it."""
    row = Work.objects.due().select_for_update(skip_locked=True).filter(pk=work_id).first()
    if row is None or row.kind not in handlers:
        return None
    handler = handlers[row.kind]
    if row.again_at:  # its last runner died, but it was asked for anew since
        row.attempts, row.checkpoint, row.due_at, row.again_at = 0, {}, row.again_at, None
    if row.attempts >= handler.attempts:
        _park_the_deadly(row)
        return None
    row.attempts, row.fence, row.state = row.attempts + 1, row.fence + 1, Work.State.RUNNING
    row.lease_until = Now() + timedelta(seconds=handler.lease)
    _save(row)
    return Run(row.pk, row.key, row.payload, row.checkpoint, row.attempts, row.fence, handler)


def _park_the_deadly(row: Work) -> None:
    row.problem = f"Begun {row.attempts} times and never ended: its process was killed, or ran out of memory."
    row.state, row.lease_until = Work.State.PARKED, None
    log.error("work_parked", work=str(row), problem=row.problem)
    _save(row)


@contextmanager
def heartbeat(run: Run) -> Iterator[None]:
    """Renew the lease from a thread, for no longer than the work may take: what hangs is given up."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(run, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(5)


def _beat(run: Run, over: threading.Event) -> None:
    end = time.monotonic() + run.handler.timeout
    lease = timedelta(seconds=run.handler.lease)
    try:
        while not over.wait(run.handler.lease / 3) and time.monotonic() < end:
            try:
                if not run.mine().update(lease_until=Now() + lease):
                    return
            except _AWAY as error:
                log.warning("lease_not_renewed", work=str(run), error=str(error))
                connection.close()
    finally:
        connection.close()


def finish(run: Run) -> bool:
    """The work is done; what it was told is forgotten. True if it was asked for again meanwhile."""

    def end(row: Any) -> None:
        row.state, row.problem = Work.State.DONE, ""
        row.payload, row.checkpoint = {}, {}

    return _settle(run, end)


def give_back(run: Run) -> bool:
    """Interrupted: no attempt is used up, and somebody may go on at once."""

    def end(row: Any) -> None:
        row.state, row.attempts, row.next_try_at = Work.State.WAITING, run.attempt - 1, Now()

    _settle(run, end)
    return True


def fail(run: Run, error: BaseException) -> bool:
    """Try again later or park, as the class of the error says. True if it was asked for again meanwhile."""

    def end(row: Any) -> None:
        row.problem, row.state = explain(error), Work.State.PARKED
        if isinstance(error, Transient):
            row.attempts = run.attempt - 1
            if row.waited < run.handler.patience:
                _wait(row, row.waited)
        elif not isinstance(error, Permanent) and run.attempt < run.handler.attempts:
            _wait(row, SOONEST * 4 ** (run.attempt - 1))
        parked = row.state == Work.State.PARKED
        tell = log.error if parked else log.warning
        tell("work_parked" if parked else "work_failed", work=str(run), problem=row.problem)

    return _settle(run, end)


def _wait(row: Any, delay: timedelta) -> None:
    jitter = random.uniform(0.75, 1.25)  # noqa: S311
    row.state, row.next_try_at = Work.State.WAITING, Now() + min(max(delay, SOONEST), LATEST) * jitter


def explain(error: BaseException) -> str:
    """For a person: our own classes carry a sentence, anything else gets its name."""
    if isinstance(error, JobTimeoutException):
        return "It took longer than it may."
    if isinstance(error, MemoryError):
        return "It ran out of memory."
    ours = isinstance(error, Transient | Resources | Permanent) and str(error)
    words = str(error) if ours else f"{type(error).__name__}: {error}"
    return words.replace("\0", "")[:2000]


def _settle(run: Run, end: Callable[[Any], None]) -> bool:
    """Write the end of a run, patiently: a database that restarts now would make finished work run twice."""
    for pause in (0.5, 2, 5):
        try:
            return _settle_once(run, end)
        except _AWAY as error:
            log.warning("work_not_settled", work=str(run), error=str(error))
            connection.close()
            time.sleep(pause)
    return _settle_once(run, end)


def _settle_once(run: Run, end: Callable[[Any], None]) -> bool:
    with run.held() as row:
        again_at, row.lease_until = row.again_at, None
        if again_at:
            row.state, row.due_at, row.next_try_at, row.again_at = (
                Work.State.WAITING,
                again_at,
                again_at,
                None,
            )
            row.attempts, row.checkpoint, row.problem = 0, {}, ""
        else:
            end(row)
        _save(row)
    return again_at is not None


def _save(row: Work) -> None:
    row.changed_at = Now()
    row.save()
