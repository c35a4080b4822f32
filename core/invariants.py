"""What must always be true of the data. Each app says it in its `invariants.py`; `manage.py check_invariants` asks.

An invariant is a function that yields a sentence for each violation. A `Note` is worth knowing and no violation.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now
from redis.exceptions import RedisError

from core import caching
from core.models import Work
from core.work import HANDLERS


class Note(str):
    __slots__ = ()


type Check = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Invariant:
    name: str
    check: Check
    needs_storage: bool


@dataclass(frozen=True)
class Verdict:
    name: str
    violations: list[str]
    notes: list[str]


INVARIANTS: list[Invariant] = []


def invariant(name: str, *, needs_storage: bool = False) -> Callable[[Check], Check]:
    """Register a check. `name` is the rule as a sentence; one that asks the file storage runs only when told to."""

    def register(check: Check) -> Check:
        INVARIANTS.append(Invariant(name, check, needs_storage))
        return check

    return register


def examine(*, storage: bool = False) -> Iterator[Verdict]:
    for rule in INVARIANTS:
        if storage or not rule.needs_storage:
            yield judge(rule)


def judge(rule: Invariant) -> Verdict:
    """A check that raises has found something too: nobody can say whether the rule holds."""
    said: list[str] = []
    try:
        said.extend(rule.check())
    except Exception as error:
        said.append(f"It could not be checked: {type(error).__name__}: {error}")
    notes: list[str] = [line for line in said if isinstance(line, Note)]
    return Verdict(rule.name, [line for line in said if not isinstance(line, Note)], notes)


@invariant("Redis knows which cached pages are current")
def generation_is_known() -> Iterator[str]:
    """Between a commit and the message to Redis they differ for a moment, and while Redis is away nothing is served from it."""
    try:
        for pause in (0.2, 0.5, 1.0):
            told, true = caching.redis().get(caching.key("generation")), caching.current_token()
            if told in (None, true):
                return
            time.sleep(pause)
    except RedisError as error:
        yield Note(f"Redis is away, so no page is cached: {error}")
        return
    yield f"Redis says {told!r}, PostgreSQL {true!r}: cached pages may be old. Does the clock run?"


@invariant("Work is done when it is due")
def work_moves() -> Iterator[str]:
    late = Now() - timedelta(minutes=10)
    for row in Work.objects.filter(state=Work.State.RUNNING, lease_until__lt=late).order_by("pk"):
        yield f"{row} was abandoned by its worker at {row.lease_until}, and nobody took it up. Does the clock run?"
    waiting = Work.objects.filter(state=Work.State.WAITING).order_by("pk")
    for row in waiting.filter(kind__in=HANDLERS, next_try_at__lt=Now() - timedelta(hours=1)):
        yield f"{row} has been due since {row.next_try_at}. Is there a worker for {HANDLERS[row.kind].queue}?"
    for kind in waiting.exclude(kind__in=HANDLERS).order_by().values_list("kind", flat=True).distinct():
        yield Note(f"Work of the kind {kind} waits for a release that knows it.")


@invariant("Parked work says why")
def parked_work_has_a_reason() -> Iterator[str]:
    parked = Work.objects.filter(state=Work.State.PARKED).order_by("pk")
    for row in parked.filter(problem=""):
        yield f"{row} is parked without a reason."
    if count := parked.count():
        yield Note(f"{count} parked: see Work in the admin.")
