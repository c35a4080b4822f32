"""Temporary space is asked for first and always given back."""

import os
import shutil
import signal
import threading
from collections import namedtuple
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from core.work import Resources
from media_pipeline.ffmpeg import workspace
from tests.harness.children import Fork

MEGABYTE = 10**6
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_WORK_DIR = tmp_path / "work"
    return tmp_path / "work"


@pytest.fixture
def small_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 MB are free, besides the reserve."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 300 * MEGABYTE + 64 * 2**20))


def left(root: Path) -> list[str]:
    return [each.name for each in root.iterdir() if each.name != "lock"]


def test_the_directory_is_private_and_gone_afterwards(root: Path) -> None:
    with workspace(MEGABYTE) as directory:
        assert directory.stat().st_mode & 0o777 == 0o700
        (directory / "deep").mkdir()
        (directory / "deep" / "file").write_text("x")
    assert left(root) == []


def test_it_is_gone_after_an_error_too(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt), workspace(MEGABYTE):
        raise KeyboardInterrupt
    assert left(root) == []


@pytest.mark.usefixtures("small_disk")
def test_too_little_room_says_how_much_and_leaves_nothing(root: Path) -> None:
    with (
        pytest.raises(Resources, match=r"400\.0 MB are needed, 300\.0 MB are free"),
        workspace(400 * MEGABYTE),
    ):
        pass
    assert left(root) == []


@pytest.mark.usefixtures("small_disk")
def test_what_others_are_still_going_to_write_is_not_free() -> None:
    with workspace(200 * MEGABYTE) as directory:
        with pytest.raises(Resources), workspace(150 * MEGABYTE):
            pass
        with (directory / "written").open("wb") as file:
            file.truncate(120 * MEGABYTE)  # the disk counts this one itself
        with workspace(150 * MEGABYTE):
            pass
    with workspace(300 * MEGABYTE):
        pass


def test_what_a_killed_process_has_left_is_swept_at_the_next_start(root: Path) -> None:
    directory = killed_in_a_workspace()
    assert (directory / "half").exists()
    with workspace(0) as mine, workspace(0) as another:
        assert not directory.exists()
        assert sorted(left(root)) == sorted(
            name for each in (mine, another) for name in (each.name, f"{each.name}.claim")
        )
    assert left(root) == []


def killed_in_a_workspace() -> Path:
    reading, writing = os.pipe()

    def work() -> None:
        with workspace(0) as directory:
            (directory / "half").write_text("half")
            os.write(writing, str(directory).encode())
            signal.pause()

    worker = Fork(call=work)
    directory = Path(os.read(reading, 4096).decode())
    worker.process.kill()
    worker.process.join()
    os.close(reading)
    os.close(writing)
    return directory


def test_many_at_once_neither_meet_nor_sweep_each_other(root: Path) -> None:
    seen: list[Path] = []

    def use() -> None:
        for _ in range(20):
            with workspace(MEGABYTE) as directory:
                (directory / "mine").write_text("x")
                seen.append(directory)
                assert [each.name for each in directory.iterdir()] == ["mine"]

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 120
    assert left(root) == []
