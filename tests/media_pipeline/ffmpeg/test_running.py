"""ffmpeg is started in one place: it is told of, it is limited, and it never outlives whoever wanted it."""

import os
import signal
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from pytest_django.fixtures import Settings

from core.work import Interrupted, Permanent, Resources
from media_pipeline import ffmpeg
from media_pipeline.ffmpeg import Limits
from tests.harness.children import Fork

TONE = ["-f", "lavfi", "-i", "sine=440:sample_rate=8000"]
ENDLESS = ["-re", *TONE, "-f", "null", "-"]
NOISE = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25"]


@pytest.fixture
def instead(tmp_path: Path, settings: Settings) -> Callable[[str], None]:
    """Put a shell script where ffmpeg is expected."""

    def put(script: str) -> None:
        program = tmp_path / "ffmpeg"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        settings.FFMPEG_BINARY = str(program)

    return put


def ours() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if "ffmpeg" in each.name()]


def gone(pid: int) -> bool:
    """Within two seconds; a zombie that nobody has reaped does nothing any more."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_it_runs_and_says_what_it_cost(tmp_path: Path) -> None:
    out = tmp_path / "tone.wav"
    done = ffmpeg.run([*TONE, "-t", "2", ffmpeg.target(out)])
    assert out.stat().st_size == pytest.approx(2 * 8000 * 2, abs=200)
    assert 0 < done.cpu < 5
    assert 2**20 < done.peak_memory < 2**30
    assert done.log == ""
    assert ours() == []


def test_the_progress_is_told_in_seconds_of_output(tmp_path: Path) -> None:
    told: list[ffmpeg.Progress] = []
    ffmpeg.run([*TONE, "-t", "30", ffmpeg.target(tmp_path / "tone.wav")], tell=told.append)
    assert told[-1].seconds == pytest.approx(30, abs=0.1)
    assert told[-1].speed > 1


def test_it_is_told_about_every_second_even_of_silence(instead: Callable[[str], None]) -> None:
    instead("sleep 2.2")
    heard: list[float] = []
    ffmpeg.run([], tell=lambda _: heard.append(time.monotonic()))
    assert len(heard) >= 3
    assert max(later - earlier for earlier, later in pairwise(heard)) < 1.5


def test_what_the_listener_raises_goes_through_and_ffmpeg_is_dead_at_once() -> None:
    began, running = time.monotonic(), []

    def stop(_: ffmpeg.Progress) -> None:
        running.extend(ours())
        raise Interrupted

    with pytest.raises(Interrupted):
        ffmpeg.run(ENDLESS, tell=stop)
    assert len(running) == 1
    assert gone(running[0].pid)
    assert time.monotonic() - began < 3


def test_it_dies_with_a_parent_that_could_clean_up_nothing() -> None:
    reading, writing = os.pipe()

    def tell(_: ffmpeg.Progress) -> None:
        os.write(writing, f"{ours()[0].pid}\n".encode())

    worker = Fork(call=lambda: ffmpeg.run(ENDLESS, tell=tell))
    pid = int(os.read(reading, 20).split()[0])
    assert psutil.pid_exists(pid)
    worker.process.kill()
    worker.process.join()
    assert gone(pid)
    os.close(reading)
    os.close(writing)


def test_what_it_has_started_dies_with_it(instead: Callable[[str], None], tmp_path: Path) -> None:
    instead(f"sleep 60 & echo $! > {tmp_path}/pid; echo ready; wait")
    chunks = ffmpeg.read([])
    assert next(iter(chunks)) == b"ready\n"
    chunks.close()  # type: ignore[attr-defined]
    assert gone(int((tmp_path / "pid").read_text()))


def test_it_can_be_read_piece_by_piece_and_stopped_in_the_middle() -> None:
    size = sum(map(len, ffmpeg.read([*TONE, "-t", "60", "-f", "s16le", "pipe:1"])))
    assert size == 60 * 8000 * 2
    chunks = ffmpeg.read([*TONE, "-f", "s16le", "pipe:1"])
    assert len(next(iter(chunks))) > 0
    (running,) = ours()
    chunks.close()  # type: ignore[attr-defined]
    assert gone(running.pid)


def test_of_its_output_only_as_much_is_kept_as_was_asked_for() -> None:
    arguments = [*TONE, "-t", "60", "-f", "s16le", "pipe:1"]
    assert len(ffmpeg.run(arguments, capture=1000).output) == 1000
    assert ffmpeg.run(arguments).output == b""


@pytest.mark.parametrize("name", ["-y.wav", "http:x.wav", "a b'c\"%d.wav", "пе\u202eсня.wav"])
def test_no_name_of_a_file_is_an_option_or_an_address(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    ffmpeg.run([*TONE, "-t", "1", ffmpeg.target(path)])
    ffmpeg.run([*ffmpeg.source(path, "wav"), "-f", "null", "-"])


def test_an_input_whose_format_is_not_forced_is_a_mistake_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without a forced format"):
        ffmpeg.run(["-i", str(tmp_path / "a.mp4"), "-f", "null", "-"])


def test_it_hears_nothing_of_our_secrets(
    instead: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_SECRET_ACCESS_KEY", "hush")
    instead("env")
    assert b"hush" not in ffmpeg.run([], capture=10_000).output


def test_another_ffmpeg_can_be_named(instead: Callable[[str], None]) -> None:
    instead('echo "$@"')
    assert b"-nostdin" in ffmpeg.run([], capture=1000).output


@pytest.mark.parametrize(
    ("limits", "arguments", "wanted", "says"),
    [
        (Limits(memory=300 * 2**20), [*NOISE, "-t", "2", "-f", "mp4"], Resources, "memory"),
        (Limits(memory=260 * 2**20), [*NOISE, "-t", "2", "-f", "mp4"], Resources, "memory"),
        (Limits(cpu=1), [*NOISE, "-preset", "slow", "-f", "mp4"], ffmpeg.TooMuchWork, "processor time"),
        (Limits(wall=0.6), ["-re", *NOISE, "-f", "mp4"], Resources, "longer than it may"),
        (Limits(file_size=50_000), [*NOISE, "-c:v", "rawvideo", "-f", "avi"], Resources, "disk"),
    ],
    ids=["memory", "memory for the encoder", "processor", "wall", "file"],
)
def test_a_limit_ends_it_with_a_sentence(
    limits: Limits, arguments: list[str], wanted: type[Exception], says: str, tmp_path: Path
) -> None:
    with pytest.raises(wanted, match=says) as caught:
        ffmpeg.run([*arguments, ffmpeg.target(tmp_path / "out")], limits=limits)
    assert isinstance(caught.value, ffmpeg.Failed)
    assert str(tmp_path) not in str(caught.value)


def test_a_full_disk_is_a_matter_of_resources() -> None:
    with pytest.raises(ffmpeg.OutOfResources, match="disk for temporary files is full") as caught:
        ffmpeg.run([*TONE, "-t", "9", "-f", "wav", ffmpeg.target(Path("/dev/full"))])
    assert isinstance(caught.value, Resources)
    assert "No space left" in caught.value.log


def test_ffmpeg_killed_by_somebody_is_tried_again() -> None:
    def kill(_: ffmpeg.Progress) -> None:
        for each in ours():
            each.send_signal(signal.SIGKILL)

    with pytest.raises(ffmpeg.OutOfResources):
        ffmpeg.run(ENDLESS, tell=kill)


def test_a_platform_that_tells_every_process_to_end_does_not_interrupt_ffmpeg(tmp_path: Path) -> None:
    """It would end as if the file were damaged, or as if all were well; whoever started it decides."""

    def ask(_: ffmpeg.Progress) -> None:
        for each in ours():
            each.send_signal(signal.SIGTERM)

    out = tmp_path / "out.wav"
    ffmpeg.run(["-re", *TONE, "-t", "1.5", "-f", "wav", ffmpeg.target(out)], tell=ask)
    assert out.stat().st_size >= 1.5 * 2 * 8000


def test_a_damaged_file_is_permanent_and_names_no_path_of_ours(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypisom" + bytes(1000))
    with pytest.raises(ffmpeg.Damaged, match="The file is damaged") as caught:
        ffmpeg.run([*ffmpeg.source(broken, "mov"), "-f", "null", "-"])
    assert isinstance(caught.value, Permanent)
    assert "moov atom not found" in caught.value.log
    assert str(tmp_path) not in str(caught.value)


def test_a_crash_is_the_files_fault(instead: Callable[[str], None]) -> None:
    instead("kill -SEGV $$")
    with pytest.raises(ffmpeg.Damaged, match="crashes"):
        ffmpeg.run([])


def test_an_encoder_that_does_not_exist_is_not_the_files_fault() -> None:
    with pytest.raises(ffmpeg.Unusable, match="not the file's fault"):
        ffmpeg.run([*TONE, "-c:a", "nonesuch", "-f", "null", "-"])


def test_of_a_long_log_the_end_is_kept(instead: Callable[[str], None]) -> None:
    instead(
        "i=0; while [ $i -lt 5000 ]; do echo line $i >&2; i=$((i+1)); done; printf '\\033[31mlast' >&2; exit 1"
    )
    with pytest.raises(ffmpeg.Failed) as caught:
        ffmpeg.run([])
    assert caught.value.log.endswith("line 4999\n[31mlast")
    assert len(caught.value.log) <= 16 * 1024
