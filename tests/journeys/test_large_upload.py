"""2 GB from a real browser through a web process of its own, interrupted twice: whole, and the process does not grow."""

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import User
from config import embedded_servers
from media_pipeline.encoding import plans
from media_pipeline.encoding.profiles import AudioProfile
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.storage import ensure_bucket
from tests.harness import children
from tests.harness.servers import free_port
from tests.journeys.test_uploads import choose, share, signed_in, slowed, until, words
from tests.media_pipeline.uploads.sending import UPLOADS, one_step, sound, work_through
from tests.storage import changed_storage

pytestmark = [pytest.mark.journey, pytest.mark.soak, pytest.mark.django_db(transaction=True)]
SIZE = 2_000_000_000  # bytes
GROWTH = 10_000_000  # of all web processes together
HEAD = 44  # bytes of a WAV before its samples


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[str]:
    """An S3 of its own, on the disk: the others' is in memory."""
    found = embedded_servers.start(tmp_path, ["s3"], durable=True)
    with changed_storage(endpoint_url=found["S3_ENDPOINT_URL"]):
        ensure_bucket()
        yield found["S3_ENDPOINT_URL"]
    embedded_servers.stop(tmp_path)


@pytest.fixture
def web(storage: str) -> Iterator[tuple[str, psutil.Process]]:
    """The site as the Procfile starts it: its address, and the process that has the others."""
    port = free_port()
    address = f"http://localhost:{port}"
    told = children._environment() | {
        "DEBUG": "1",
        "SITE_URL": address,
        "S3_ENDPOINT_URL": storage,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += [
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--backpressure",
        "64",
        "config.wsgi:application",
    ]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=os.environ | told, stderr=subprocess.DEVNULL
    )
    _answers(f"{address}/healthz")
    yield address, psutil.Process(process.pid)
    process.terminate()
    process.wait(30)


def _answers(address: str) -> None:
    for _ in range(300):
        try:
            urlopen(address, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")


@pytest.fixture
def film(tmp_path: Path) -> tuple[Path, str]:
    """A sound of that length, none of its parts like another; its SHA-256."""
    path, noise = tmp_path / "long.wav", random.Random(4).randbytes(4_000_000)
    head, digest = bytearray(sound(1000)[:HEAD]), hashlib.sha256()
    head[4:8] = (SIZE - 8).to_bytes(4, "little")
    head[40:44] = (SIZE - HEAD).to_bytes(4, "little")
    with path.open("wb") as file:
        for piece in [bytes(head), *(number.to_bytes(4) + noise[4:] for number in range(SIZE // len(noise)))]:
            content = piece[: SIZE - file.tell()]
            file.write(content)
            digest.update(content)
    return path, digest.hexdigest()


def memory(process: psutil.Process) -> int:
    """Bytes that the process and those it has started hold for themselves."""
    return sum(one.memory_full_info().uss for one in [process, *process.children(recursive=True)])


def _warmed_up(page: Page, site: str, folder: Path) -> None:
    """Until every process and thread has loaded what it needs, S3's client above all."""
    for number in range(12):
        (folder / f"small-{number}.wav").write_bytes(sound(1000))
        page.goto(site + UPLOADS)
        choose(page, folder / f"small-{number}.wav")
        expect(words(page, "Waiting to be checked.")).to_have_count(number + 1)
    work_through()
    Upload.objects.all().delete()
    MediaAsset.objects.all().delete()
    page.goto(site + UPLOADS)


def test_two_gigabytes_interrupted_twice_arrive_whole_and_the_web_process_stays_flat(
    web: tuple[str, psutil.Process],
    page: Page,
    author: User,
    film: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(plans._planners, AudioProfile, one_step)
    (site, process), (path, digest) = web, film
    signed_in(page.context, site, author)
    _warmed_up(page, site, tmp_path)
    before, began = memory(process), time.monotonic()
    slowed(page, 80)
    choose(page, path)
    seen = []

    def past(what: float, tab: Page) -> Callable[[], bool]:
        def is_past() -> bool:
            seen.append(memory(process))
            return share(tab) > what

        return is_past

    until(page, past(0.2, page), 300)
    page.context.set_offline(True)
    expect(words(page, "This device is offline.")).to_be_visible()
    page.wait_for_timeout(3000)
    page.context.set_offline(False)
    until(page, past(0.6, page), 300)
    tab = page.context.new_page()
    page.close()
    tab.goto(site + UPLOADS)
    expect(words(tab, "Choose the file again to go on.")).to_be_visible()
    choose(tab, path)
    until(tab, past(0.9, tab), 300)
    until(tab, lambda: Upload.objects.get().state == "checking", 300)
    took, heap = time.monotonic() - began, tab.evaluate("performance.memory.usedJSHeapSize")
    checked = time.monotonic()
    work_through()
    record = {
        "seconds to send": round(took),
        "seconds to check": round(time.monotonic() - checked),
        "web before": before,
        "web most": max(seen),
        "web after": memory(process),
        "page's heap": heap,
    }
    print(record)  # noqa: T201
    assert MediaAsset.objects.get().sha256 == digest
    expect(tab.get_by_role("link", name="In the library: long")).to_be_visible()
    assert max(*seen, memory(process)) - before < GROWTH, record
