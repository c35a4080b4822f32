"""Bringing regions what they lack: many objects at once, in bounded threads, beside whoever else does the same.

The threads copy and hash; this one asks the database, for many rows at once. Each region has a lane of its own, which
is closed when the region stops answering, and holds up no other.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Condition, Thread

import structlog
from django.db import OperationalError

from core.faults import point
from media_pipeline.models import Region
from media_pipeline.regions import claiming, health
from media_pipeline.regions.buckets import THREADS
from media_pipeline.regions.copying import SILENT, Away, Different, NotCopied, Origin, Thing, copy, greet
from media_pipeline.storage import StorageUnavailable

log = structlog.get_logger(__name__)

SMALL_AT_ONCE, LARGE_AT_ONCE = 100, 4  # rows that one statement claims
LOW = {False: 50, True: 2}  # so few of them left, and more are claimed
TICK, FLUSH, RENEW = 0.03, 1.0, 30.0  # seconds
TRIES = 5  # of one object in one run
LIMIT = 9  # weight of failures without a success between them, at which a lane is closed

type Outcome = str | Exception | None  # ETag


@dataclass(slots=True)
class Done:
    """What a run has done, and why it could not do more: a sentence for each region that stopped answering."""

    objects: int = 0
    bytes: int = 0
    failed: int = 0
    away: dict[int, str] = field(default_factory=dict)


type Tell = Callable[[Done], None]


@dataclass(slots=True)
class _Lane:
    region: Region
    greeted: bool = False  # whether it has said that it is there
    small: deque[Thing] = field(default_factory=deque)
    large: deque[Thing] = field(default_factory=deque)
    dry: set[bool] = field(default_factory=set)  # for which of large and small the last claim found nothing
    busy: dict[int, Thing] = field(default_factory=dict)  # what threads work at
    flying: dict[int, Thing] = field(default_factory=dict)  # and what they have done and nobody has looked at
    weight: int = 0
    proven: bool = False
    closed: bool = False
    greeting: bool = False

    def waiting(self, *, large: bool) -> deque[Thing]:
        return self.large if large else self.small

    @property
    def over(self) -> bool:
        return self.closed or not (self.flying or self.small or self.large or len(self.dry) < 2)

    @property
    def held(self) -> list[Thing]:
        return [*self.flying.values(), *self.small, *self.large]

    @property
    def films(self) -> int:
        return sum(thing.large for thing in self.busy.values())


def sync(
    regions: Iterable[Region],
    *,
    seconds: float | None = None,
    tell: Tell = lambda done: None,
    done: Done | None = None,
) -> Done:
    """Copy what is missing or wrong, until nothing is left that may be tried now, or for about so many seconds.

    `done` is what it is added to. `tell` is called about every second, in this thread; it may raise to give up: what
    was claimed is given back.
    """
    run = _Sync([_Lane(region) for region in regions], seconds, done or Done())
    for _ in range(
        THREADS
    ):  # not waited for: one that hangs in a dark region ends by its time-out, and nobody waits
        Thread(target=run.work, daemon=True).start()
    try:
        while run.goes_on():
            run.fill()
            run.receive()
            if run.is_time():
                run.write()
                tell(run.done)
    finally:
        run.finish()
    tell(run.done)
    return run.done


class _Sync:
    def __init__(self, lanes: list[_Lane], seconds: float | None, done: Done) -> None:
        self.lanes, self.done, self.origin = lanes, done, Origin()
        self.end = time.monotonic() + seconds if seconds is not None else None
        self.changed = Condition()  # whoever touches a lane holds it
        self.ended = False
        self.outcomes: SimpleQueue[tuple[_Lane, Thing | None, Outcome]] = SimpleQueue()
        self.verified: list[tuple[Thing, str]] = []
        self.failed: list[tuple[Thing, str, bool]] = []
        self.written = self.renewed = time.monotonic()
        self.origins_weight = 0
        self.turn = 0

    def goes_on(self) -> bool:
        if self.is_late:
            return any(lane.flying for lane in self.lanes)
        return not all(lane.over for lane in self.lanes)

    @property
    def is_late(self) -> bool:
        return self.end is not None and time.monotonic() > self.end

    # --- the threads --------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """A thread's life."""
        while task := self._task():
            lane, thing = task
            outcome: Outcome = None
            try:
                if thing:
                    outcome = copy(lane.region, thing, self.origin)
                else:
                    greet(lane.region)
            except Exception as error:  # whatever it is, it is said of this object, and the others go on
                outcome = error
            with self.changed:
                if thing:
                    del lane.busy[thing.id]
            self.outcomes.put((lane, thing, outcome))

    def _task(self) -> tuple[_Lane, Thing | None] | None:
        """What is next, once there is something; None in the end. The lanes have their turns."""
        with self.changed:
            while not self.ended:
                active = [] if self.is_late else [lane for lane in self.lanes if not lane.over]
                share = max(2, THREADS // max(len(active), 1))
                for _ in active:
                    self.turn += 1
                    lane = active[self.turn % len(active)]
                    if len(lane.busy) < share and (task := self._task_of(lane, share)):
                        return task
                self.changed.wait(FLUSH)
        return None

    def _task_of(self, lane: _Lane, share: int) -> tuple[_Lane, Thing | None] | None:
        """The first thing a region is asked is whether it is there: a dark one costs seconds, and one thread."""
        if lane.greeting or not (lane.small or lane.large):
            return None
        if not lane.greeted:
            lane.greeting = True
            return lane, None
        films_may_go = lane.films < max(share // 2, 1) or not lane.small  # what is small goes past them
        if not (lane.small or films_may_go):
            return None
        thing = (lane.large if lane.large and films_may_go else lane.small).popleft()
        thing.tries += 1
        lane.busy[thing.id] = lane.flying[thing.id] = thing
        return lane, thing

    # --- between them and the database --------------------------------------------------------------------------------

    def fill(self) -> None:
        """Claim more for the lanes that run low."""
        if self.is_late:
            return
        for lane in self.lanes:
            for large in (False, True):
                if not lane.closed and large not in lane.dry and len(lane.waiting(large=large)) < LOW[large]:
                    self._claim(lane, large=large)

    def _claim(self, lane: _Lane, *, large: bool) -> None:
        number = LARGE_AT_ONCE if large else SMALL_AT_ONCE
        found = claiming.claim(lane.region, number, large=large)
        point("sync.after_claim")
        with self.changed:
            lane.waiting(large=large).extend(found)
            if len(found) < number:
                lane.dry.add(large)
            self.changed.notify_all()

    def receive(self) -> None:
        """Whatever has come since the last time; the threads are not disturbed for each."""
        came: list[tuple[_Lane, Thing | None, Outcome]] = []
        try:
            came.append(self.outcomes.get(timeout=TICK))
            time.sleep(TICK)
            while True:
                came.append(self.outcomes.get_nowait())
        except Empty:
            pass
        with self.changed:
            for lane, thing, outcome in came:
                self._take(lane, thing, outcome)
            self.changed.notify_all()

    def _take(self, lane: _Lane, thing: Thing | None, outcome: Outcome) -> None:
        if lane.closed:  # it was given up, and its claims with it
            return
        if thing:
            del lane.flying[thing.id]
        else:
            lane.greeted, lane.greeting = True, False
        match outcome:
            case Away() as away:
                self._away(lane, thing, away)
            case StorageUnavailable() as error:
                self._without_origin(lane, thing, str(error))
            case Exception() as error:
                lane.weight = 0
                self._fail(thing, error)
            case str() as etag if thing:
                self._good(lane, thing, etag)

    def _good(self, lane: _Lane, thing: Thing, etag: str) -> None:
        self.verified.append((thing, etag))
        lane.weight = self.origins_weight = 0
        if not lane.proven:
            lane.proven = True
            health.note(lane.region.pk)

    def _away(self, lane: _Lane, thing: Thing | None, away: Away) -> None:
        lane.weight += away.weight
        if lane.weight < LIMIT:
            self._again(lane, thing, str(away))
            if away.weight >= SILENT:
                lane.greeted = False  # before others hang as long, somebody asks whether it is there
            return
        log.warning("region_away", region=lane.region.slug, problem=str(away))
        if away.weight > 1:  # one that only asks us to be slower is well
            health.note(lane.region.pk, str(away))
        if thing:
            self.failed.append((thing, str(away), False))
        self._close(lane, str(away))

    def _without_origin(self, lane: _Lane, thing: Thing | None, problem: str) -> None:
        """No region is to blame, and none can go on."""
        self._again(lane, thing, problem)
        self.origins_weight += 1
        if self.origins_weight >= LIMIT:
            for each in self.lanes:
                if each is lane or not each.over:
                    self._close(each, problem)

    def _close(self, lane: _Lane, problem: str) -> None:
        self.done.away[lane.region.pk] = problem
        claiming.give_back(lane.held)
        lane.closed = True
        lane.flying, lane.small, lane.large = {}, deque(), deque()

    def _again(self, lane: _Lane, thing: Thing | None, problem: str) -> None:
        """At the end of the lane; the fifth time it is left for later."""
        if thing and thing.tries < TRIES:
            (lane.large if thing.large else lane.small).append(thing)
        elif thing:
            self.failed.append((thing, problem, False))

    def _fail(self, thing: Thing | None, error: Exception) -> None:
        if not isinstance(error, NotCopied):
            log.error("not_copied", key=thing and thing.key, exc_info=error)
        words = str(error) if isinstance(error, NotCopied) else f"{type(error).__name__}: {error}"
        if thing:
            self.failed.append((thing, words, isinstance(error, Different)))

    # --- to the database ----------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Nothing more is begun; what has not ended is somebody else's now."""
        with self.changed:
            self.ended = True
            self.changed.notify_all()
        self.receive()
        self.write()
        claiming.give_back(self.held())

    def held(self) -> list[Thing]:
        with self.changed:
            return [thing for lane in self.lanes for thing in lane.held]

    def is_time(self) -> bool:
        return time.monotonic() - self.written >= FLUSH

    def write(self) -> None:
        """What has come since the last time, in a statement for all of it."""
        self.written = time.monotonic()
        _twice(claiming.verified, [thing for thing, _ in self.verified], [etag for _, etag in self.verified])
        self.done.objects += len(self.verified)
        self.done.bytes += sum(thing.bytes for thing, _ in self.verified)
        self.verified = []
        _twice(claiming.failed, self.failed)
        self.done.failed += len(self.failed)
        self.failed = []
        if self.written - self.renewed > RENEW:
            self.renewed = self.written
            claiming.renew(self.held())


def _twice(write: Callable[..., object], *given: object) -> None:
    """Once more if somebody who reconciles held the same rows in another order."""
    try:
        write(*given)
    except OperationalError as error:
        log.warning("written_again", error=str(error))
        write(*given)
