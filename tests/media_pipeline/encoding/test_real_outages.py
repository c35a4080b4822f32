"""Real encodes while something around them is away: Redis forgets, the disk is full, S3 fails and lags, files are poison."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import faults, wakeups, work
from core.models import Work
from core.work import HANDLERS
from media_pipeline.encoding import request
from media_pipeline.models import Encoding, MediaAsset, RenditionSet, Upload
from media_pipeline.uploads.bringing import bring
from tests.harness.children import Fork, until
from tests.harness.moody import Moody
from tests.harness.servers import Valkey
from tests.harness.threads import in_threads
from tests.media_pipeline.encoding import real
from tests.media_pipeline.encoding.real import Clips, encodes, ffmpegs, finish, whole
from tests.media_pipeline.encoding.watching import a_reader
from tests.storage import changed_storage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nothing_is_left")]

FULL = "The disk for temporary files is full."


# --- the queue --------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_a_queue_that_forgets_everything_loses_nothing(
    clips: Clips, valkey: Valkey, worker: Callable[..., Fork]
) -> None:
    wanted = [clips.asked("podcast" if number % 2 else "video") for number in range(50)]
    with a_reader() as missed:
        worker()
        until(lambda: encodes().filter(state="done").count() >= 12, 300)
        valkey.client.flushall()
        until(real.done, 600)
    assert missed == []
    assert set(encodes().values_list("attempts", flat=True)) == {1}
    for encoding in wanted:
        whole(encoding)


@pytest.mark.soak
def test_announced_fifty_times_it_is_done_once(clips: Clips, worker: Callable[..., Fork]) -> None:
    """The same wish from everywhere, two clocks, two workers, and fifty wake-ups under names that RQ does not know."""
    asset = clips.film()
    in_threads(8, lambda: request(asset, "podcast"))
    row = encodes().get()
    for number in range(50):
        wakeups.wake(row.pk, 1000 + number, HANDLERS[real.ENCODE])
    for arguments in ((), (), ("clock",)):
        worker(*arguments)
    until(lambda: real.done() and not wakeups.queue("media").count, 30)
    row.refresh_from_db()
    assert (row.attempts, row.fence) == (1, 1)
    assert RenditionSet.objects.count() == Encoding.objects.count() == 1
    whole(Encoding.objects.get())


# --- poison -----------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_poison_is_parked_and_honest_work_goes_on(clips: Clips, worker: Callable[..., Fork]) -> None:
    """What kills its process each time; files that are not what they say; films among them."""
    faults.arm("encode.after_measure", lambda: os._exit(1))  # every podcast
    poison = clips.asked("podcast")
    refused = [bring(path, name=path.name) for path in _hostile(clips.file().parent, clips.file())]
    honest = bring(clips.file(), name="honest.mp4")
    worker()

    def settled() -> bool:
        real.overdue()
        return not Work.objects.filter(queue_of_media()).exclude(state__in=["done", "parked"]).exists()

    until(settled, 60)
    rows = {row.key: row for row in encodes()}
    parked = rows.pop(str(poison.wanted_id))
    assert (parked.state, parked.attempts) == ("parked", HANDLERS[real.ENCODE].attempts)
    assert "its process was killed" in parked.problem
    for upload in refused:
        upload.refresh_from_db()
        assert upload.state == Upload.State.REFUSED, upload.name
        assert upload.problem
    honest.refresh_from_db()
    whole(Encoding.objects.get(asset=honest.asset))
    assert MediaAsset.objects.count() == 2


def queue_of_media() -> Any:
    from django.db.models import Q

    return Q(kind__in=[real.ENCODE, "media.check_upload"])


def _hostile(folder: Path, film: Path) -> Iterator[Path]:
    content = film.read_bytes()
    dash = b'<?xml version="1.0"?><MPD type="dynamic" minimumUpdatePeriod="PT1S"><Location>loop.mp4</Location></MPD>'
    bad = {
        "text.mp4": b"Nothing but words. " * 100,
        "cut.mp4": content[: len(content) // 2],
        "loop.mp4": dash,
        "playlist.mp4": b"#EXTM3U\n#EXTINF:1\nhttp://169.254.169.254/latest\n",
    }
    for name, wrong in bad.items():
        path = folder / name
        path.write_bytes(wrong)
        yield path


# --- the disk ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(settings: Any, tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A disk of so many megabytes for temporary files."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Path:
        place = tmp_path / f"disk-{len(mounted)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        if os.geteuid() or subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
            pytest.skip("disks are mounted by root alone")
        mounted.append(place)
        settings.MEDIA_WORK_DIR = place / "work"
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def problem() -> str:
    row = encodes().get()
    assert (row.state, row.attempts) == ("waiting", 1)
    return row.problem


def bytes_used(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_disk_that_is_too_small_is_noticed_before_it_begins(
    clips: Clips, disk: Callable[[int], Path], work_dir: Path, settings: Any
) -> None:
    encoding = clips.asked("video")
    small = disk(16)
    finish()
    assert problem().startswith("There is too little room for temporary files: ")
    assert bytes_used(small) == 0
    settings.MEDIA_WORK_DIR = work_dir
    finish()
    whole(encoding)


@pytest.mark.soak
def test_a_disk_that_fills_up_on_the_way_is_freed_and_it_is_made_later(
    clips: Clips, disk: Callable[[int], Path]
) -> None:
    encoding = clips.asked("video", 4, "640x360")
    place = disk(110)
    filler = place / "filler"
    faults.arm("encode.after_sound", lambda: threading.Thread(target=_fill, args=(filler,)).start())
    finish()
    faults.disarm()
    assert problem() == FULL
    assert bytes_used(place) == filler.stat().st_size
    filler.unlink()
    finish()
    whole(encoding)
    assert encodes().get().attempts == 2


def _fill(path: Path) -> None:
    """All that is left, once ffmpeg has begun to write."""
    until(lambda: ffmpegs())
    size = os.statvfs(path.parent)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (size.f_bavail - 64) * size.f_frsize)


def test_an_original_that_does_not_fit_is_a_matter_of_room(clips: Clips) -> None:
    encoding = clips.asked("video")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        finish()

    assert Fork(call=limited).wait(30) == 0
    assert problem() == FULL
    assert bytes_used(Path(site.MEDIA_WORK_DIR)) == 0
    finish()
    whole(encoding)


# --- the storage ------------------------------------------------------------------------------------------------------


def pages_answer(client: Client, *paths: str) -> list[str]:
    """Those that did not, or took their time."""
    wrong = []
    for path in paths:
        began = time.monotonic()
        status = client.get(path).status_code
        if status != 200 or time.monotonic() - began > 3:
            wrong.append(f"{path}: {status} after {time.monotonic() - began:.1f} s")
    return wrong


@pytest.mark.soak
@pytest.mark.parametrize(
    ("films", "delay", "patience"), [(1, 1.5, {"read_timeout": 1}), (8, 30, {})], ids=["short", "long"]
)
def test_a_storage_that_fails_and_lags_is_waited_for_and_pages_do_not_notice(
    clips: Clips,
    worker: Callable[..., Fork],
    signed_in: Callable[[User], Client],
    chief: User,
    films: int,
    delay: float,
    patience: dict[str, Any],
) -> None:
    wanted = [clips.asked("podcast" if number % 2 else "video") for number in range(films)]
    paths = ["/", "/topics/", "/feed/", reverse("admin:media_pipeline_recording_changelist")]
    paths += [reverse("admin:media_pipeline_recording_change", args=[each.asset_id]) for each in wanted[:2]]
    client, wrong = signed_in(chief), []
    config = site.S3_CLIENT.merge(Config(**patience))
    with (
        Moody(site.S3_ENDPOINT_URL, failing=1) as line,
        changed_storage(endpoint_url=line.url, client_config=config),
    ):
        pages_answer(client, *paths)
        assert line.asked == 0, "no page asks the storage"
        worker()
        until(lambda: encodes().filter(state="waiting", fence__gt=0).count() == films, 60 * films)
        now = encodes().order_by("next_try_at").first()
        assert now
        assert set(encodes().values_list("attempts", flat=True)) == {0}, "an outage uses no attempt"
        assert all(row.next_try_at > row.changed_at for row in encodes())
        assert "does not answer as it should" in now.problem
        line.failing, line.delay, line.lagging = 0.3, delay, 0.03

        def done() -> bool:
            time.sleep(1)
            wrong.extend(pages_answer(client, *paths))
            encodes().filter(state="waiting").update(next_try_at=now.created_at)
            return real.done()

        until(done, 60 + 240 * films)
    assert wrong == []
    assert line.failed > 10
    assert set(encodes().values_list("attempts", flat=True)) == {1}
    for encoding in wanted:
        whole(encoding)
    work.wake_due()
    real.tidy_leaves_what_rows_name(*(encoding.asset for encoding in wanted))
