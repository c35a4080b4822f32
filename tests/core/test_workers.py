"""Real workers as processes: told to stop, killed, poisoned."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core import faults, work, workers
from core.models import Work
from core.work import enqueue
from tests.harness import children
from tests.harness.children import Fork, until
from tests.harness.kinds import told
from tests.harness.servers import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "told"


@pytest.fixture
def worker(valkey: Valkey, monkeypatch) -> Iterator[Callable[[], Fork]]:
    """Start a worker that listens already when this returns."""
    monkeypatch.setattr(workers, "PATIENCE", 1)
    started: list[Fork] = []

    def listening() -> set[Any]:
        return {
            key
            for key in valkey.client.keys("rq:worker:*")
            if valkey.client.hget(key, "state") in (b"idle", b"busy")
        }

    def start() -> Fork:
        before = listening()
        started.append(Fork("worker", "default"))
        until(lambda: listening() - before)
        return started[-1]

    yield start
    for process in started:
        process.end()


def state(row: Work) -> tuple[str, int]:
    row.refresh_from_db()
    return row.state, row.attempts


def test_a_worker_told_to_stop_uses_no_attempt_and_the_next_goes_on(worker, file: Path) -> None:
    row = enqueue("tests.steps", "a", {"file": str(file), "pause": 0.15})
    first = worker()
    until(lambda: len(told(file)) >= 3)
    begin = time.monotonic()
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    assert time.monotonic() - begin < 3, "it stops at the next checkpoint"
    assert state(row) == ("waiting", 0)
    half = len(told(file))
    assert half < 10
    worker()
    until(lambda: state(row)[0] == "done")
    assert told(file) == [f"step {number}" for number in range(10)], "each step once"


def test_a_job_that_does_not_look_is_interrupted(worker, file: Path) -> None:
    row = enqueue("tests.stubborn", "a", {"file": str(file), "seconds": 60})
    process = worker()
    until(lambda: told(file))
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert state(row) == ("waiting", 0)
    assert "end" not in told(file)


def test_a_short_job_is_let_end_when_the_worker_has_to_stop(worker, file: Path) -> None:
    row = enqueue("tests.stubborn", "a", {"file": str(file), "seconds": 0.5})
    process = worker()
    until(lambda: told(file))
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert state(row) == ("done", 1)


def test_an_idle_worker_stops_at_once(worker) -> None:
    process = worker()
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert time.monotonic() - begin < 2


def test_killed_jobs_are_done_by_another_and_poison_is_parked_while_others_run(worker, file: Path) -> None:
    """kill -9 of a job, jobs that raise, exit and hang, and honest work, all in one queue."""
    victim = enqueue("tests.stubborn", "victim", {"file": str(file), "seconds": 3})
    process = worker()
    pid = int(until(lambda: told(file))[0].removeprefix("begin "))
    os.kill(pid, signal.SIGKILL)
    poison = [
        enqueue("tests.poison", how, {"file": str(file), "how": how}) for how in ("raise", "exit", "hang")
    ]
    honest = [enqueue("tests.note", f"honest-{number}", {"file": str(file)}) for number in range(5)]
    until(lambda: all(state(row)[0] == "done" for row in honest))
    Work.objects.filter(key="victim").update(payload={"file": str(file), "seconds": 0})

    def settled() -> bool:
        Work.objects.filter(state="waiting").update(
            next_try_at=victim.created_at
        )  # no need to wait for the backoff
        work.wake_due()
        time.sleep(0.3)
        return all(state(row)[0] in ("parked", "done") for row in [victim, *poison])

    until(settled, 30)
    assert state(victim) == ("done", 2)
    problems = {row.key: row.problem for row in poison}
    assert problems["raise"] == "ValueError: bad input"
    assert "never ended" in problems["exit"]
    assert problems["hang"] == "It took longer than it may."
    assert [told(file).count(how) for how in ("raise", "exit", "hang")] == [2, 2, 2]
    assert process.poll() is None, "the worker itself has survived it all"


@pytest.mark.parametrize(
    ("where", "lines_before"),
    [("work.claimed", 0), ("tests.before_commit", 0), ("tests.in_commit", 1), ("work.settled", 1)],
)
def test_a_crash_anywhere_leaves_work_that_is_done_in_the_end(
    valkey: Valkey, file: Path, where: str, lines_before: int
) -> None:
    row = enqueue("tests.committing", "a", {"file": str(file)})
    faults.arm(where, lambda: os._exit(86))
    child = Fork(call=lambda: work.run(row.pk))
    faults.disarm()
    assert child.wait(10) == 86
    assert len(told(file)) == lines_before
    if where == "work.settled":
        assert state(row) == ("done", 1)
        return
    assert state(row) == ("running", 1)
    until(lambda: Work.objects.due().exists(), 3)
    work.run(row.pk)
    assert state(row) == ("done", 2)


def test_a_crash_point_is_armed_by_the_environment() -> None:
    script = "from core.faults import point; point('one'); point('two')"
    environment = os.environ | {"MASTHEAD_CRASH_AT": "two"}
    assert (
        subprocess.run([sys.executable, "-c", script], cwd=settings.BASE_DIR, env=environment).returncode
        == 86
    )


def test_a_worker_and_a_clock_as_in_production(valkey: Valkey, file: Path) -> None:
    row = enqueue("tests.stubborn", "a", {"file": str(file), "seconds": 1})
    valkey.client.flushall()
    both = [children.start("clock"), children.start("worker", "default")]
    until(lambda: told(file), 30)
    for process in both:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(15) for process in both] == [0, 0]
    assert state(row) == ("done", 1)


@pytest.mark.parametrize("how", ["restarts", "is flushed"])
def test_a_worker_outlives_its_redis(worker, valkey: Valkey, file: Path, how: str) -> None:
    process = worker()
    if how == "restarts":
        valkey.stop()
        time.sleep(0.5)
        valkey.start()
    else:
        valkey.client.flushall()
    row = enqueue("tests.note", "a", {"file": str(file)})

    def done() -> bool:
        work.wake_due()
        return state(row)[0] == "done"

    until(done, 15)
    assert process.poll() is None
    assert told(file) == ["a 1"]


def test_a_worker_waits_for_a_redis_that_is_not_there_yet(worker, valkey: Valkey, file: Path) -> None:
    row = enqueue("tests.note", "a", {"file": str(file)})
    valkey.stop()
    waiting, stopped = Fork("worker", "default"), Fork("worker", "default")
    time.sleep(0.5)
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(5) == 0
    valkey.start()
    work.wake_due()
    until(lambda: state(row)[0] == "done")
    waiting.end()


@pytest.mark.soak
def test_restarts_every_second_use_no_attempts(worker, valkey: Valkey, file: Path) -> None:
    rows = [enqueue("tests.steps", str(number), {"file": str(file), "pause": 0.05}) for number in range(50)]
    while Work.objects.exclude(state="done").exists():
        work.wake_due()
        process = worker()
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert {state(row) for row in rows} == {("done", 1)}
    assert len(told(file)) == 500
