"""The clock: what has to happen again and again, however often Redis and PostgreSQL go away.

`settings.SWEEPS` names the table of what runs when. One clock works at a time, the one that holds the advisory lock;
others wait to take over.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from redis.exceptions import RedisError

from core.faults import point

log = structlog.get_logger(__name__)

LOCK = 0x6D617374  # any number that no other advisory lock in this database has
TICK = 0.5  # seconds


@dataclass(frozen=True)
class Sweep:
    """Something idempotent and quick. It must bear being run twice at once, when one clock replaces another."""

    name: str
    every: float  # seconds, from one start to the next
    do: Callable[[], object]


def keep_time(sweeps: Iterable[Sweep]) -> None:
    """Run the sweeps for ever, as the one clock of this database."""
    table = list(sweeps)
    while True:
        try:
            with the_only_clock() as lock:
                log.info("clock_works", sweeps=[sweep.name for sweep in table])
                _go_round(table, lock)
        except DatabaseError as error:
            log.warning("clock_without_database", error=str(error))
        time.sleep(1)


@contextmanager
def the_only_clock() -> Iterator[BaseDatabaseWrapper]:
    """Wait for the advisory lock, on a connection of its own: it lives and dies with the lock."""
    own = connections.create_connection("default")
    try:
        while not _asks(own, "SELECT pg_try_advisory_lock(%s)"):
            time.sleep(1)
        yield own
    finally:
        own.close()


def _go_round(table: list[Sweep], lock: BaseDatabaseWrapper) -> None:
    """Until the database says that we no longer hold the lock, or says nothing."""
    due = dict.fromkeys((sweep.name for sweep in table), 0.0)
    while _asks(
        lock,
        "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND pid = pg_backend_pid()",
    ):
        for sweep in table:
            if time.monotonic() >= due[sweep.name]:
                due[sweep.name] = time.monotonic() + sweep.every
                run(sweep)
        time.sleep(TICK)


def _asks(own: BaseDatabaseWrapper, question: str) -> bool:
    with own.cursor() as cursor:
        cursor.execute(question, [LOCK])
        return bool(cursor.fetchone()[0])


def run(sweep: Sweep) -> bool:
    """One sweep; what it raises is logged and stops no other. False if it raised."""
    close_old_connections()
    try:
        point(f"sweep.{sweep.name}")
        sweep.do()
    except (RedisError, DatabaseError) as error:
        log.warning("sweep_failed", sweep=sweep.name, error=str(error))
    except Exception:
        log.exception("sweep_failed", sweep=sweep.name)
    else:
        return True
    return False
