"""Real encodes whose processes are killed: the worker, its job, ffmpeg. Done once, live whole, nothing lost or left."""

import hashlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from core import faults
from core.models import Work
from core.work import HANDLERS
from media_pipeline.encoding import retry
from media_pipeline.models import Encoding, MediaAsset, Upload
from media_pipeline.uploads.bringing import bring
from tests.harness.children import Fork, start, until
from tests.harness.servers import Valkey
from tests.media_pipeline.encoding import real
from tests.media_pipeline.encoding.real import Clips, encodes, ffmpegs, finish, forgiven, jobs, whole
from tests.media_pipeline.encoding.watching import a_reader

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nothing_is_left")]

LIVE = ["encode.before_verify", "encode.before_live", "encode.after_live", "work.settled"]
STEPS = {
    "video": ["sound", "rungs", "mp4", "captions", "playlists", "master"],
    "podcast": ["measure", "encode", "preview", "tag"],
}
POINTS = {
    profile: [
        "work.claimed",
        "encode.after_upload",
        *[f"encode.after_{step}" for step in steps],
        "encode.after_checkpoint",
        *LIVE,
    ]
    for profile, steps in STEPS.items()
}
UPLOAD = ["after_complete", "after_read", "after_probe", "after_copy", "in_commit", "before_forget", "end"]


def dies(where: str) -> bool:
    """True if it was killed there; a later try may find that there is nothing left to do."""
    faults.arm(where, lambda: os._exit(86))
    child = Fork(call=finish)
    faults.disarm()
    return child.wait(120) == 86


# --- at every point ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["podcast", pytest.param("video", marks=pytest.mark.soak)])
def test_one_encode_killed_at_every_point_in_turn_goes_on_each_time(clips: Clips, profile: str) -> None:
    """From an upload to what is live, as one chain of deaths: each try comes one point further than the one before."""
    path = clips.file()
    upload = bring(path, name="film.mp4", profile=profile)
    with a_reader() as missed:
        for where in ("work.claimed", *(f"upload.{name}" for name in UPLOAD)):
            assert dies(where), where
            forgiven()
        for where in dict.fromkeys(POINTS[profile][1:]):
            if not dies(where):
                assert where in ("encode.after_upload", "encode.after_checkpoint", "work.settled"), where
            forgiven()
        finish()
    assert missed == []
    encoding = Encoding.objects.get()
    whole(encoding)
    assert MediaAsset.objects.get().sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert Upload.objects.get(pk=upload.pk).state == "done"
    real.tidy_leaves_what_rows_name(encoding.asset)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("profile", "where"), [(profile, where) for profile, points in POINTS.items() for where in points]
)
def test_killed_three_times_at_the_same_point(clips: Clips, profile: str, where: str) -> None:
    encoding = clips.asked(profile)
    with a_reader() as missed:
        died = [dies(where) for _ in range(3)]
        finish()
    assert died[0], "it died where it should"
    assert missed == []
    whole(encoding)
    real.tidy_leaves_what_rows_name(encoding.asset)


# --- at any moment ----------------------------------------------------------------------------------------------------


def kill_worker(process: Fork) -> int:
    """Its job goes on as an orphan, that RQ knows nothing of any more."""
    process.process.kill()
    return 1


def kill_job(process: Fork) -> int:
    return real.send(signal.SIGKILL, jobs(process.pid))


def kill_ffmpeg(process: Fork) -> int:
    return real.send(signal.SIGKILL, ffmpegs(process.pid))


def kill_machine(process: Fork) -> int:
    return real.kill_all(process.pid)


KILLS: list[Callable[[Fork], int]] = [kill_worker, kill_job, kill_ffmpeg, kill_machine]


@pytest.mark.parametrize(
    ("films", "rounds"),
    [pytest.param(2, 4, marks=pytest.mark.soak), pytest.param(12, 60, marks=pytest.mark.soak)],
)
def test_killed_at_any_moment_all_are_made_once(
    clips: Clips, worker: Callable[..., Fork], films: int, rounds: int
) -> None:
    """Two workers and two clocks; of each kind of death in turn, at random times."""
    chance = random.Random(4)
    wanted = [clips.asked("podcast" if number % 2 else "video", 3) for number in range(films)]
    worker("clock")
    both = [worker(), worker()]
    hit = 0
    with a_reader() as missed:
        for number in range(rounds):
            if both[number % 2].poll() is not None:
                both[number % 2] = worker()
            victim = both[number % 2]
            until(lambda v=victim: _asked_again_and_done() or jobs(v.pid), 60)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.8))
            hit += KILLS[number % len(KILLS)](victim)
        until(_asked_again_and_done, 60 + 10 * films)
    assert missed == []
    assert hit >= rounds // 2, "most of them met somebody at work"
    until(lambda: not real.strays(), 10)
    for encoding in wanted:
        whole(encoding)
    real.tidy_leaves_what_rows_name(*(encoding.asset for encoding in wanted))


def _asked_again_and_done() -> bool:
    """The pause after a lack of resources is longer than a test."""
    forgiven()
    encodes().filter(state="waiting").update(next_try_at=Work.objects.earliest("created_at").created_at)
    return real.done()


@pytest.mark.soak
def test_an_orphan_ends_what_it_began_and_nobody_else_begins_it(
    clips: Clips, worker: Callable[..., Fork]
) -> None:
    encoding = clips.asked("video", 3)
    first = worker()
    assert real.at_work(first)
    kill_worker(first)
    worker()
    until(real.done, 30)
    assert encodes().get().attempts == 1
    until(lambda: not real.strays(), 5)
    whole(encoding)


@pytest.mark.soak
def test_an_orphan_that_slept_through_its_lease_publishes_nothing(
    clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoding = clips.asked("video")
    faults.arm("encode.before_live", lambda: os.kill(os.getpid(), signal.SIGSTOP))
    orphan = Fork(call=finish)
    faults.disarm()
    until(lambda: real.stopped(orphan.pid))
    finish()
    encoding.refresh_from_db()
    before = encoding.live
    assert before
    orphan.send_signal(signal.SIGCONT)
    assert orphan.wait(20) == 0
    encoding.refresh_from_db()
    assert encoding.live == before
    assert encoding.live.ready_at == before.ready_at
    whole(encoding)
    real.tidy_leaves_what_rows_name(encoding.asset)


# --- ffmpeg -----------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_an_ffmpeg_that_is_always_killed_is_parked_with_a_sentence_and_others_go_on(
    clips: Clips, worker: Callable[..., Fork]
) -> None:
    victim = clips.asked("video", 4)
    process = worker()
    for attempt in range(1, HANDLERS[real.ENCODE].attempts + 1):
        assert real.at_work(process)
        until(lambda: not (kill_ffmpeg(process) or encodes().get().state == "running"))
        row = encodes().get()
        assert (row.state, row.attempts) == ("parked" if attempt == 4 else "waiting", attempt)
        assert row.problem == "It was killed, probably because the machine ran out of memory."
        real.overdue()
    other = clips.asked("podcast")
    until(lambda: encodes().filter(state="done").exists())
    whole(other)
    victim.refresh_from_db()
    assert victim.live is None
    retry(victim.wanted)
    until(real.done, 30)
    whole(victim)


# --- told to stop -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("films", "restarts", "every"), [(1, 3, 0.3), pytest.param(50, 40, 4, marks=pytest.mark.soak)]
)
def test_a_restart_of_every_process_uses_no_attempt(
    clips: Clips,
    worker: Callable[..., Fork],
    films: int,
    restarts: int,
    every: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A platform tells each process, ffmpeg too, and in whatever order."""
    real.short_leases(
        monkeypatch, 30
    )  # nobody dies here, and a machine that stalls for two seconds loses none
    wanted = [clips.asked("podcast" if number % 2 else "video", 4) for number in range(films)]
    chance, interrupted = random.Random(3), 0
    with a_reader() as missed:
        for _ in range(restarts):
            process = worker()
            real.at_work(process)
            time.sleep(chance.uniform(0, every))
            interrupted += tell_all(process, chance)
            assert process.wait(25) == 0
        worker()
        until(real.done, 60 + 20 * films)
    assert missed == []
    assert interrupted > 0
    assert set(encodes().values_list("attempts", "problem")) == {(1, "")}
    for encoding in wanted:
        whole(encoding)


def tell_all(process: Fork, chance: random.Random) -> int:
    """SIGTERM; how many ffmpegs were among them."""
    below = [*jobs(process.pid), *(converters := ffmpegs(process.pid))]
    chance.shuffle(below)
    process.send_signal(signal.SIGTERM)
    real.send(signal.SIGTERM, below)
    return len(converters)


# --- how long it takes ------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_after_a_kill_it_is_live_again_within_90_seconds(
    clips: Clips, valkey: Valkey, work_dir: Path, record_property: Callable[[str, Any], None]
) -> None:
    """Production's own lease, sweeps and processes; machine after machine dies, and the next one starts at once."""
    environment = {"MEDIA_WORK_DIR": str(work_dir)}
    clock = start("clock", **environment)
    killed: dict[Encoding, float] = {}
    try:
        for number in range(10):
            encoding = clips.asked("podcast" if number % 2 else "video", 4)
            process = start("worker", "media", **environment)
            _killed_in_its_work(process, random.Random(number))
            killed[encoding] = time.monotonic()
        process = start("worker", "media", **environment)
        took = _until_live(killed)
    finally:
        real.kill_all(process.pid)
        process.wait()
        clock.kill()
        clock.wait()
    p50, p95 = quantiles(took, n=20)[9], quantiles(took, n=20)[18]
    record_property(
        "recovery", f"of {len(took)} kills: p50 {p50:.1f} s, p95 {p95:.1f} s, most {max(took):.1f} s"
    )
    assert p95 <= 90
    for encoding in killed:
        whole(encoding)


def _killed_in_its_work(process: "subprocess.Popen[bytes]", chance: random.Random) -> None:
    until(lambda: ffmpegs(process.pid), 60)
    time.sleep(chance.uniform(0, 0.3))
    assert real.kill_all(process.pid) >= 2
    process.wait()


def _until_live(killed: dict[Encoding, float]) -> list[float]:
    """Seconds from each kill."""
    took: dict[int, float] = {}

    def all_live() -> bool:
        for encoding in killed:
            if encoding.pk not in took and Encoding.objects.filter(pk=encoding.pk, live__isnull=False):
                took[encoding.pk] = time.monotonic() - killed[encoding]
        return len(took) == len(killed)

    until(all_live, 300)
    return list(took.values())
