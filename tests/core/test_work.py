"""PostgreSQL is the queue of record: nothing that Redis, a worker or a second worker does loses work or does it for good twice."""

import itertools
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from redis.exceptions import OutOfMemoryError

from core import faults, wakeups, work
from core.models import Work
from core.work import LostLease, Run, enqueue, run
from tests.harness import kinds
from tests.harness.kinds import told
from tests.harness.servers import BlackHole, Valkey
from tests.harness.threads import in_threads, rolled_back

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "told"


@pytest.fixture
def handled(monkeypatch) -> Iterator[Callable[..., None]]:
    """Let a function of the test do the work `tests.this`."""

    def register(function: Callable[[Run], None], **options: Any) -> None:
        monkeypatch.delitem(work.HANDLERS, "tests.this", raising=False)
        work.handler("tests.this", **options)(function)

    yield register
    work.HANDLERS.pop("tests.this", None)


def ask(kind: str, file: Path, key: str = "a", **payload: object) -> Work:
    return enqueue(kind, key, {"file": str(file), **payload})


def again(row: Work) -> Work:
    """The row as it is now, its time come."""
    Work.objects.filter(pk=row.pk).update(next_try_at=timezone.now() - timedelta(hours=1))
    row.refresh_from_db()
    return row


def expire(row: Work) -> None:
    Work.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


# --- asking ---------------------------------------------------------------------------------------------------


@committed
def test_work_is_announced_when_its_transaction_commits_and_not_before(valkey: Valkey, file: Path) -> None:
    with transaction.atomic():
        ask("tests.note", file)
        assert wakeups.queue("default").get_job_ids() == []
    row = Work.objects.get()
    assert wakeups.queue("default").get_job_ids() == [f"work-{row.pk}-0"]


@committed
def test_work_of_a_transaction_that_is_rolled_back_never_was(valkey: Valkey, file: Path) -> None:
    rolled_back(lambda: ask("tests.note", file))
    assert not Work.objects.exists()
    assert wakeups.queue("default").get_job_ids() == []


@committed
def test_a_wake_up_is_a_name_and_a_number_as_json(valkey: Valkey, file: Path) -> None:
    row = ask("tests.note", file)
    stored: Any = valkey.client.hgetall(f"rq:job:work-{row.pk}-0")
    assert json.loads(zlib.decompress(stored[b"data"])) == ["core.work.run", None, [row.pk], {}]
    assert not any(value.startswith(b"\x80") for value in stored.values()), "something is pickled"


@committed
def test_asking_fifty_times_at_once_makes_one_row_and_doing_it_fifty_times_one_effect(
    valkey: Valkey, file: Path
) -> None:
    in_threads(50, lambda: ask("tests.note", file))
    row = Work.objects.get()
    in_threads(50, lambda: run(row.pk))
    assert told(file) == ["a 1"]
    row.refresh_from_db()
    assert (row.state, row.fence) == ("done", 1)


def test_asking_again_while_it_waits_takes_the_new_payload_and_the_earlier_time(valkey: Valkey) -> None:
    soon = timezone.now() + timedelta(hours=1)
    enqueue("tests.note", "a", {"n": 1}, at=soon)
    row = enqueue("tests.note", "a", {"n": 2}, at=soon + timedelta(hours=1))
    assert (row.payload, row.next_try_at) == ({"n": 2}, soon)
    assert enqueue("tests.note", "a", {"n": 2}).next_try_at < soon - timedelta(minutes=59)
    assert Work.objects.count() == 1


def test_asking_again_while_it_runs_makes_it_run_once_more(valkey: Valkey, handled) -> None:
    seen = []

    def this(current: Run) -> None:
        seen.append((current.payload["n"], current.progress))
        current.checkpoint({"half": True})
        if current.payload["n"] == 1:
            enqueue("tests.this", "a", {"n": 2})
            enqueue("tests.this", "a", {"n": 3})

    handled(this)
    row = enqueue("tests.this", "a", {"n": 1})
    run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    run(row.pk)
    row.refresh_from_db()
    assert row.state == "done"
    assert seen == [(1, {}), (3, {})], "what was finished for the first payload says nothing about the second"


def test_asking_again_for_what_is_done_or_parked_begins_anew(valkey: Valkey, file: Path) -> None:
    row = ask("tests.note", file)
    run(row.pk)
    run(ask("tests.note", file).pk)
    assert told(file) == ["a 1", "a 1"]
    Work.objects.update(state="parked", problem="why", attempts=3)
    assert ask("tests.note", file).problem == ""
    run(row.pk)
    assert told(file) == ["a 1"] * 3


def test_nobody_can_ask_for_work_that_nobody_does(valkey: Valkey) -> None:
    with pytest.raises(LookupError, match=r"tests\.unheard"):
        enqueue("tests.unheard", "a")
    assert not Work.objects.exists()


@committed
def test_work_for_later_is_not_done_before(valkey: Valkey, file: Path) -> None:
    row = enqueue("tests.note", "a", {"file": str(file)}, at=timezone.now() + timedelta(seconds=0.6))
    assert wakeups.queue("default").get_job_ids() == []
    run(row.pk)
    work.wake_due()
    assert (told(file), wakeups.queue("default").get_job_ids()) == ([], [])
    time.sleep(0.7)
    work.wake_due()
    assert wakeups.queue("default").get_job_ids() == [f"work-{row.pk}-0"]
    run(row.pk)
    assert told(file) == ["a 1"]


# --- doing ----------------------------------------------------------------------------------------------------


def test_done_work_forgets_what_it_was_told(valkey: Valkey, file: Path) -> None:
    row = ask("tests.steps", file)
    run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.payload, row.checkpoint, row.lease_until) == ("done", {}, {}, None)


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ("raise", "ValueError: bad input"),
        ("leave", "SystemExit: 1"),
        ("resources", "The disk is full."),
    ],
)
def test_what_fails_is_tried_again_later_and_parked_after_its_attempts(valkey, file, how, problem) -> None:
    row = ask("tests.poison", file, how=how)
    run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.problem) == ("waiting", 1, problem)
    assert timedelta(seconds=10) < row.next_try_at - timezone.now() < timedelta(seconds=20)
    run(row.pk)
    assert told(file) == [how], "too early"
    run(again(row).pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.problem) == ("parked", 2, problem)
    run(again(row).pk)
    assert told(file) == [how, how]


def test_what_can_never_work_is_parked_at_once_with_the_reason(valkey: Valkey, file: Path) -> None:
    row = ask("tests.poison", file, how="permanent")
    run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.problem) == ("parked", "This is not a video. Upload it again.")


def test_what_waits_for_somebody_else_uses_up_patience_and_no_attempt(valkey: Valkey, file: Path) -> None:
    row = ask("tests.poison", file, how="transient")
    for _ in range(5):
        run(again(row).pk)
        row.refresh_from_db()
        assert (row.state, row.attempts, row.problem) == ("waiting", 0, "The storage does not answer.")
    assert told(file) == ["transient"] * 5
    Work.objects.update(due_at=timezone.now() - timedelta(hours=2))
    run(again(row).pk)
    row.refresh_from_db()
    assert timedelta(minutes=11) < row.next_try_at - timezone.now() < timedelta(minutes=19), (
        "it has waited for long"
    )
    Work.objects.update(due_at=timezone.now() - timedelta(days=2))
    run(again(row).pk)
    row.refresh_from_db()
    assert row.state == "parked"


def test_an_interrupted_try_is_no_attempt_and_goes_on_where_it_stopped(
    valkey: Valkey, file: Path, handled
) -> None:
    def this(current: Run) -> None:
        if current.progress:
            return kinds.tell(current, f"resumed after {current.progress['done']}, attempt {current.attempt}")
        current.checkpoint({"done": 1})
        raise work.Interrupted

    handled(this)
    row = enqueue("tests.this", "a", {"file": str(file)})
    run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.checkpoint) == ("waiting", 0, {"done": 1})
    assert f"work-{row.pk}-1" in wakeups.queue("default").get_job_ids()
    run(row.pk)
    assert told(file) == ["resumed after 1, attempt 1"]


@committed
def test_two_runners_never_hold_the_same_work(valkey: Valkey, handled) -> None:
    began, go = threading.Barrier(2), threading.Event()
    runs = []

    def this(current: Run) -> None:
        runs.append(current.fence)
        began.wait(5)
        go.wait(5)

    handled(this)
    row = enqueue("tests.this", "a")
    first = threading.Thread(target=in_threads, args=(1, lambda: run(row.pk)))
    first.start()
    began.wait(5)
    run(row.pk)
    work.wake_due()
    go.set()
    first.join()
    assert runs == [1]


@committed
def test_a_heartbeat_keeps_the_lease_of_a_long_try(valkey: Valkey, handled) -> None:
    def this(current: Run) -> None:
        time.sleep(1.6)
        assert not Work.objects.due().exists()

    handled(this, lease=1)
    row = enqueue("tests.this", "a")
    run(row.pk)
    row.refresh_from_db()
    assert row.state == "done", row.problem


@committed
def test_what_hangs_longer_than_it_may_loses_its_lease(valkey: Valkey, handled) -> None:
    def this(current: Run) -> None:
        time.sleep(2.4)
        assert Work.objects.due().exists()

    handled(this, lease=1, timeout=1)
    row = enqueue("tests.this", "a")
    run(row.pk)
    row.refresh_from_db()
    assert row.state == "done", row.problem


def test_an_orphan_commits_nothing_once_another_has_the_work(valkey: Valkey, file: Path, handled) -> None:
    kept = []

    def this(current: Run) -> None:
        if current.fence == 1:
            expire(Work.objects.get(pk=current.id))
            run(current.id)  # the second runner begins and ends while the first is paused
            with pytest.raises(LostLease):
                current.checkpoint({"orphan": True})
            with current.commit():
                kept.append("orphan")
        else:
            with current.commit():
                kept.append("second")

    handled(this)
    row = enqueue("tests.this", "a")
    run(row.pk)
    row.refresh_from_db()
    assert (kept, row.state, row.fence, row.checkpoint) == (["second"], "done", 2, {})


def test_a_dead_runner_is_replaced_when_its_lease_has_run_out(valkey: Valkey, file: Path) -> None:
    row = ask("tests.note", file)
    faults.arm("work.claimed", _die)
    with pytest.raises(_Death):
        run(row.pk)
    faults.disarm()
    run(row.pk)
    assert told(file) == [], "its lease still holds"
    expire(row)
    run(row.pk)
    assert told(file) == ["a 2"]


def test_what_kills_its_process_every_time_is_parked(valkey: Valkey, file: Path) -> None:
    row = ask("tests.note", file)
    faults.arm("work.claimed", _die)
    for _ in range(3):
        with pytest.raises(_Death):
            run(row.pk)
        expire(row)
    run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("parked", 3)
    assert "Begun 3 times and never ended" in row.problem
    assert told(file) == []


def test_asking_again_for_what_died_begins_anew(valkey: Valkey, file: Path) -> None:
    row = ask("tests.steps", file)
    now = timezone.now()
    Work.objects.update(state="running", attempts=3, checkpoint={"done": 9}, lease_until=now, again_at=now)
    run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.again_at) == ("done", 1, None)
    assert len(told(file)) == 10


class _Death(Exception):
    pass


def _die() -> None:
    raise _Death


def test_parked_work_can_be_given_a_new_chance_and_keeps_what_it_had_finished(
    valkey: Valkey, file: Path
) -> None:
    row = ask("tests.steps", file)
    Work.objects.update(state="parked", attempts=3, checkpoint={"done": 9})
    assert work.retry(row.pk)
    assert not work.retry(row.pk)
    run(row.pk)
    assert told(file) == ["step 9"]


# --- without Redis --------------------------------------------------------------------------------------------


@committed
def test_a_flushed_redis_loses_nothing(valkey: Valkey, file: Path) -> None:
    rows = [ask("tests.note", file, key=str(number)) for number in range(50)]
    valkey.client.flushall()
    work.wake_due()
    listed = sorted(f"work-{row.pk}-0" for row in rows)
    assert sorted(wakeups.queue("default").get_job_ids()) == listed
    work.wake_due()
    assert sorted(wakeups.queue("default").get_job_ids()) == listed, "a second sweep adds nothing"


@committed
@pytest.mark.soak
def test_fifty_flushes_lose_nothing(valkey: Valkey, file: Path) -> None:
    rows = [ask("tests.note", file, key=str(number)) for number in range(50)]
    for row in rows:
        valkey.client.flushall()
        work.wake_due()
        assert len(wakeups.queue("default").get_job_ids()) == Work.objects.exclude(state="done").count()
        run(row.pk)
    assert sorted(told(file)) == sorted(f"{number} 1" for number in range(50))


@committed
@pytest.mark.parametrize("away", ["stopped", "hanging"])
def test_asking_works_without_redis_and_soon(valkey: Valkey, settings, file: Path, away: str) -> None:
    with BlackHole() as hole:
        valkey.stop()
        if away == "hanging":
            settings.REDIS_URL = hole.url
        begin = time.monotonic()
        for number in range(50):
            ask("tests.note", file, key=str(number))
        assert time.monotonic() - begin < 3
    assert Work.objects.filter(state="waiting").count() == 50
    settings.REDIS_URL = valkey.url
    valkey.start()
    work.wake_due()
    assert len(wakeups.queue("default").get_job_ids()) == 50


@committed
def test_a_full_redis_refuses_the_wake_up_and_loses_no_work(settings, monkeypatch, file: Path) -> None:
    monkeypatch.setattr(wakeups, "_paused_until", 0.0)
    with Valkey(**{"maxmemory": "6mb", "maxmemory-policy": "noeviction"}) as full:
        settings.REDIS_URL = full.url
        with suppress(OutOfMemoryError):
            for number in itertools.count():
                full.client.set(f"fill{number}", b"x" * 50_000)
        row = ask("tests.note", file)
        assert wakeups.queue("default").get_job_ids() == []
        # By default Valkey frees the memory a little later
        full.client.execute_command("FLUSHALL", "SYNC")  # type: ignore[no-untyped-call]
        work.wake_due()
        assert wakeups.queue("default").get_job_ids() == [f"work-{row.pk}-0"]


@committed
def test_what_an_open_transaction_holds_is_passed_over(valkey: Valkey, file: Path) -> None:
    """A worker that waited for it would be held up as long as the editor's transaction takes."""
    row = ask("tests.note", file)
    locked, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            ask("tests.note", file)
            locked.set()
            go.wait(5)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(5)
    begin = time.monotonic()
    run(row.pk)
    assert time.monotonic() - begin < 1
    go.set()
    holder.join()
    run(row.pk)
    assert told(file) == ["a 1"]
