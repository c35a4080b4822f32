"""Encodes that are killed, restarted, doubled and forgotten by Redis: done once, live whole, nothing lost."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import F

from core import faults, work, workers
from core.models import Work
from core.work import HANDLERS
from media_pipeline import storage
from media_pipeline.encoding import request
from media_pipeline.models import Encoding, MediaAsset, Rendition, RenditionSet
from tests.harness.children import Fork, until
from tests.harness.servers import Valkey
from tests.media_pipeline.encoding.tiny import TinyProfile, make_asset, tiny_profiles
from tests.media_pipeline.encoding.watching import a_reader, violations
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = [
    "work.claimed",
    "encode.after_upload",
    "encode.after_one",
    "encode.after_checkpoint",
    "encode.after_three",
    "encode.before_verify",
    "encode.before_live",
    "encode.after_live",
    "work.settled",
]


@pytest.fixture(autouse=True)
def _nothing_is_left_half_done() -> Iterator[None]:
    yield
    assert violations() == {}


@pytest.fixture
def asset() -> MediaAsset:
    return make_asset(f"the original {time.monotonic_ns()} ".encode())


@pytest.fixture
def worker(valkey: Valkey, monkeypatch) -> Iterator[Callable[[], Fork]]:
    monkeypatch.setattr(workers, "PATIENCE", 1)
    started: list[Fork] = []

    def start() -> Fork:
        started.append(Fork("worker", "media"))
        return started[-1]

    yield start
    for process in started:
        process.end()


def encodes() -> Any:
    return Work.objects.filter(kind="media.encode")


def finish() -> None:
    """Whatever is due is done here, the leases of the dead being over."""
    Work.objects.filter(state="running").update(lease_until=F("created_at"))
    encodes().filter(state="waiting").update(next_try_at=F("created_at"))
    for row in encodes().filter(state__in=["waiting", "running"]):
        work.run(row.pk)


def once_and_whole(asset: MediaAsset, sets: int = 1) -> None:
    encoding = Encoding.objects.get(asset=asset)
    assert encoding.live == encoding.wanted
    assert RenditionSet.objects.filter(asset=asset).count() == sets
    assert Rendition.objects.filter(set=encoding.live).count() == 3
    rows = set(Rendition.objects.filter(set__asset=asset).values_list("key", flat=True))
    assert set(storage.keys(f"renditions/{asset.sha256}/")) >= rows


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.soak)])
@pytest.mark.parametrize("where", POINTS)
def test_killed_anywhere_it_is_made_in_the_end_and_no_reader_ever_missed_a_file(
    asset: MediaAsset, where: str, times: int
) -> None:
    request(asset, "tiny")
    finish()
    with tiny_profiles(TinyProfile("tiny", setting=2)), a_reader() as missed:
        request(asset, "tiny")
        died = [_dies(where) for _ in range(times)]
        finish()
        time.sleep(0.1)
    assert died[0], "it died where it should"
    assert missed == []
    once_and_whole(asset, sets=2)


def _dies(where: str) -> bool:
    """True if it was killed there; a later try may find that there is nothing left to do."""
    faults.arm(where, lambda: os._exit(86))
    child = Fork(call=finish)
    faults.disarm()
    return child.wait(20) == 86


def test_an_orphan_that_wakes_up_again_publishes_nothing(asset: MediaAsset) -> None:
    request(asset, "tiny")
    faults.arm("encode.before_live", lambda: os.kill(os.getpid(), signal.SIGSTOP))
    orphan = Fork(call=finish)
    faults.disarm()
    until(lambda: storage.size_of(_master(asset)) if _master(asset) else None)
    time.sleep(0.2)
    finish()
    live = Encoding.objects.get(asset=asset).live
    assert live
    assert live.ready_at
    orphan.send_signal(signal.SIGCONT)
    assert orphan.wait(20) == 0
    assert Encoding.objects.get(asset=asset).live == live
    assert RenditionSet.objects.get(pk=live.pk).ready_at == live.ready_at
    once_and_whole(asset)


def _master(asset: MediaAsset) -> str:
    """The key of the last file, once the checkpoint names it."""
    steps = encodes().values_list("checkpoint", flat=True).get().get("steps", {})
    files = [file for step in steps.values() for file in step if file["role"] == "master"]
    return files[0]["key"] if files else ""


@pytest.mark.parametrize("many", [12, pytest.param(50, marks=pytest.mark.soak)])
def test_a_flushed_queue_loses_nothing(valkey: Valkey, worker: Callable[[], Fork], many: int) -> None:
    assets = [make_asset(f"{number} {time.monotonic_ns()}".encode()) for number in range(many)]
    for asset in assets:
        request(asset, "tiny")
    worker()
    until(lambda: encodes().filter(state="done").count() >= many // 4, 60)
    valkey.client.flushall()

    def all_done() -> bool:
        work.wake_due()
        return not encodes().exclude(state="done").exists()

    until(all_done, 120)
    assert set(encodes().values_list("attempts", flat=True)) == {1}
    for asset in assets:
        once_and_whole(asset)


@pytest.mark.parametrize("many", [4, pytest.param(50, marks=pytest.mark.soak)])
def test_restarts_use_no_attempt_and_work_goes_on_where_it_was(
    valkey: Valkey, worker: Callable[[], Fork], many: int
) -> None:
    """Each step takes longer than a worker lives less than a whole encode does."""
    assets = [make_asset(f"{number} {time.monotonic_ns()}".encode()) for number in range(many)]
    with tiny_profiles(TinyProfile("tiny", pause=0.3)):
        for asset in assets:
            request(asset, "tiny")
        end = time.monotonic() + 30 * many
        restarts = 0
        while encodes().exclude(state="done").exists():
            assert time.monotonic() < end
            work.wake_due()
            process = worker()
            time.sleep(0.9)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            restarts += 1
    assert restarts > 1
    assert set(encodes().values_list("attempts", flat=True)) == {1}
    for asset in assets:
        once_and_whole(asset)


def test_a_storage_that_is_away_is_waited_for(asset: MediaAsset) -> None:
    encoding = request(asset, "tiny")
    with changed_storage(endpoint_url="http://127.0.0.1:9", custom_domain=None):
        finish()
    row = encodes().get()
    assert (row.state, row.attempts) == ("waiting", 0), "an outage uses no attempt"
    assert "does not answer" in row.problem
    finish()
    encoding.refresh_from_db()
    assert encoding.live


def test_poison_is_parked_and_the_rest_goes_on(asset: MediaAsset) -> None:
    """A step that kills its process each time; another asset's encode is not held up by it."""
    other = make_asset(f"another {time.monotonic_ns()}".encode())
    request(asset, "tiny")
    poison = encodes().get()
    for _ in range(HANDLERS["media.encode"].attempts):
        assert _dies("encode.after_one")
    finish()
    poison.refresh_from_db()
    assert poison.state == "parked"
    assert "its process was killed" in poison.problem
    request(other, "tiny")
    finish()
    once_and_whole(other)
