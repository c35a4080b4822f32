import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from core import caching, sweeps
from core.models import Generation, Work
from core.sweeps import Sweep
from tests.harness.children import Fork, until
from tests.harness.servers import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticks(tmp_path: Path, settings, monkeypatch) -> Callable[[], list[int]]:
    """The pids of the clocks that ticked, in order. One sweep of the same table always fails."""
    path = tmp_path / "ticks"
    path.touch()
    monkeypatch.setenv("TICKS", str(path))
    settings.SWEEPS = "tests.harness.kinds.SWEEPS"
    return lambda: [int(line) for line in path.read_text().split()]


@pytest.fixture
def clock(ticks) -> Iterator[Callable[[], Fork]]:
    started: list[Fork] = []

    def start() -> Fork:
        started.append(Fork("clock"))
        return started[-1]

    yield start
    for process in started:
        process.end()


def test_of_two_clocks_one_works_and_the_other_takes_over(clock, ticks) -> None:
    first = clock()
    until(lambda: first.pid in ticks())
    second = clock()
    time.sleep(1.5)
    assert set(ticks()) == {first.pid}
    first.end()
    until(lambda: second.pid in ticks())
    begin = time.monotonic()
    second.send_signal(signal.SIGTERM)
    assert second.wait(5) == 0
    assert time.monotonic() - begin < 1, "it ends at once"


def test_a_clock_outlives_its_connections(clock, ticks) -> None:
    process = clock()
    until(lambda: ticks())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    before = len(ticks())
    until(lambda: len(ticks()) > before + 5)
    assert process.poll() is None


def test_a_sweep_that_raises_is_logged_and_stops_no_other(caplog) -> None:
    def fail() -> None:
        raise ValueError("no")

    assert not sweeps.run(Sweep("one", 1, fail))
    assert "sweep_failed" in caplog.text
    assert sweeps.run(Sweep("two", 1, lambda: None))


def test_every_sweep_of_the_site_runs_on_an_empty_database_and_with_everything_away(valkey: Valkey) -> None:
    table = import_string(site.SWEEPS)
    assert [sweep.name for sweep in table if not sweeps.run(sweep)] == []
    valkey.stop()
    survived = {sweep.name for sweep in table if sweeps.run(sweep)}
    assert survived >= {"announce_due", "forget_done_work", "clear_sessions"}


def test_the_clock_tells_a_redis_that_was_away_which_pages_are_current(valkey: Valkey) -> None:
    caching.push()
    valkey.stop()
    caching.bump()
    valkey.start()
    assert valkey.client.get(caching.key("generation")) is None
    caching.redis().connection_pool.paused_until = 0.0  # type: ignore[attr-defined]
    until(caching.push, 10)
    assert valkey.client.get(caching.key("generation")) == Generation.objects.get().token.hex.encode()


def test_what_is_old_and_done_is_forgotten(valkey: Valkey) -> None:
    old, week = timezone.now() - timedelta(days=8), timezone.now() - timedelta(days=6)
    for key, state, changed_at in [("old", "done", old), ("new", "done", week), ("parked", "parked", old)]:
        Work.objects.create(kind="tests.note", key=key, state=state, changed_at=changed_at)
    Session.objects.create(session_key="gone", expire_date=old)
    Session.objects.create(session_key="here", expire_date=timezone.now() + timedelta(days=1))
    for sweep in import_string(site.SWEEPS):
        sweeps.run(sweep)
    assert set(Work.objects.filter(kind="tests.note").values_list("key", flat=True)) == {"new", "parked"}
    assert Session.objects.get().session_key == "here"
