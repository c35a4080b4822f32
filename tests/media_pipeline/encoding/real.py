"""Short films and talks that are really encoded, by workers that may be killed at any moment."""

import hashlib
import itertools
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db.models import F, QuerySet

from core import work
from core.models import Work
from core.sweeps import Sweep
from core.work import HANDLERS
from media_pipeline import storage
from media_pipeline.encoding import request
from media_pipeline.encoding.keeping import CLOSED, prefix
from media_pipeline.ffmpeg import space
from media_pipeline.models import Encoding, MediaAsset, Rendition, RenditionSet
from tests.harness.children import Fork
from tests.media_pipeline.encoding.watching import broken, violations
from tests.media_pipeline.video.clips import TONE, asset_of, generated

ENCODE = "media.encode"
ROLES = {
    "video": [
        "audio",
        "download",
        "master",
        "playlist",
        "poster",
        "progressive",
        "sprite",
        "storyboard",
        "video",
    ],
    "podcast": ["bare", "download", "preview", "waveform"],
}
QUICK_SWEEPS = [Sweep("wake_due_work", 0.3, work.wake_due)]  # for `manage.py clock`
_numbers = itertools.count(time.monotonic_ns())


class Clips:
    """Each film has other bytes than all before it, as another title is written into the same few seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, seconds: float = 2, size: str = "320x270") -> Path:
        base = self._folder / f"{size}-{seconds}.mp4"
        if not base.exists():
            picture = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=24", *TONE, "-t", str(seconds), "-shortest"]
            generated(base, *picture, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
        number = next(_numbers)
        title = ["-c", "copy", "-metadata", f"title=Number {number}"]
        return generated(self._folder / f"{number}.mp4", "-i", str(base), *title)

    def film(self, seconds: float = 2, size: str = "320x270") -> MediaAsset:
        return asset_of(self.file(seconds, size))

    def asked(self, profile: str, seconds: float = 2, size: str = "320x270") -> Encoding:
        return request(self.film(seconds, size), profile)


def encodes() -> QuerySet[Work]:
    return Work.objects.filter(kind=ENCODE)


def done() -> bool:
    return not encodes().exclude(state="done").exists()


def overdue() -> None:
    """As if all that has to pass had passed: the leases of the dead, the pauses between two tries."""
    Work.objects.filter(state="running").update(lease_until=F("created_at"))
    Work.objects.filter(state="waiting").update(next_try_at=F("created_at"))


def forgiven() -> None:
    """As if none of the tries so far had counted, so that one encode can die more often than it may."""
    Work.objects.update(attempts=0)


def finish() -> None:
    """Whatever is there to do is done here, in this process; tidying too."""
    overdue()
    for row in Work.objects.exclude(state__in=["done", "parked"]).order_by("pk"):
        work.run(row.pk)


def short_leases(patch: pytest.MonkeyPatch, seconds: int = 2) -> None:
    """In this process and its forks."""
    for kind in (ENCODE, "media.check_upload"):
        patch.setitem(HANDLERS, kind, replace(HANDLERS[kind], lease=seconds))


def ffmpegs(above: int | None = None) -> list[psutil.Process]:
    """Those below a process, this one at first: the program itself, and no longer what puts limits on it."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(above or os.getpid()).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "ffmpeg" in process.name():
                    found.append(process)
    return found


def at_work(process: Fork, seconds: float = 60) -> bool:
    """Wait until it has an ffmpeg at work (True), or all is done. Looking through all processes takes its time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ffmpegs(process.pid):
            return True
        if done():
            return False
        time.sleep(0.1)
    raise AssertionError(f"nothing was encoded within {seconds} s")


def jobs(worker: int) -> list[psutil.Process]:
    """The forked jobs of a worker."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(worker).children()
    return []


def stopped(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_STOPPED


def send(number: int, processes: Iterable[psutil.Process]) -> int:
    """How many of them were still there."""
    sent = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
            sent += 1
    return sent


def kill_all(worker: int) -> int:
    """As a machine that loses its power: the worker, its job and whatever that has started."""
    with suppress(psutil.NoSuchProcess):
        whole = psutil.Process(worker)
        return send(signal.SIGKILL, [whole, *whole.children(recursive=True)])
    return 0


def whole(encoding: Encoding, sets: int = 1) -> None:
    """Live, once, with every file, and each of them what its name says."""
    encoding.refresh_from_db()
    asset = encoding.asset
    assert encoding.live, list(encodes().values_list("state", "attempts", "problem"))
    assert encoding.live == encoding.wanted
    wanted = RenditionSet.objects.filter(asset=asset, profile=encoding.profile)
    assert wanted.count() == sets
    assert wanted.filter(ready_at__isnull=False, retired_at=None).count() == 1
    files = list(encoding.live.renditions.all())
    assert sorted({file.role for file in files}) == ROLES[encoding.profile]
    assert broken(encoding) == []
    for file in files:
        body = storage.client().get_object(Bucket=settings.S3_BUCKET, Key=file.key)["Body"].read()
        assert hashlib.sha256(body).hexdigest() == file.sha256


def tidy_leaves_what_rows_name(*assets: MediaAsset) -> None:
    for asset in assets:
        work.enqueue("media.tidy", asset.sha256)
    finish()
    for asset in assets:
        rows = set(Rendition.objects.filter(set__asset=asset).values_list("key", flat=True))
        assert set(storage.keys(prefix(asset.sha256, CLOSED))) == rows
        assert storage.size_of(asset.key) == asset.bytes


def left_behind() -> list[str]:
    """In MEDIA_WORK_DIR, once the next one to need room has looked; the lock stays."""
    root = Path(settings.MEDIA_WORK_DIR)
    with space.workspace(0):
        pass
    return [path.name for path in root.iterdir() if path.name != "lock"]


def clean(objects: bool = True) -> None:
    """Nothing is left of whatever was done to the processes."""
    assert violations(objects=objects) == {}
    assert [process.cmdline() for process in ffmpegs()] == []
    assert strays() == []
    assert left_behind() == []


def strays() -> list[list[str]]:
    """Orphans too: children of nobody that still write where this test's work is done."""
    return list(_working_in(str(settings.MEDIA_WORK_DIR)))


def _working_in(folder: str) -> Iterator[list[str]]:
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            command = process.cmdline()
            if any(folder in argument for argument in command):
                yield command
