"""Files on their way from a real browser to the storage: interrupted twice, resumed in another tab, whole in the end."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import User
from media_pipeline.encoding import plans
from media_pipeline.encoding.profiles import AudioProfile
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.uploads import lifecycle
from tests.harness.axe import violations
from tests.journeys.conftest import DESK, PHONE
from tests.media_pipeline.uploads.sending import (
    PART,
    UPLOADS,
    in_storage,
    one_step,
    sound,
    stored,
    work_through,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _small_parts_and_short_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "PART_BYTES", PART)
    monkeypatch.setitem(plans._planners, AudioProfile, one_step)


@pytest.fixture
def desk(site: str, page: Page, author: User) -> Page:
    signed_in(page.context, site, author)
    page.goto(site + UPLOADS)
    return page


def signed_in(context: BrowserContext, site: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = site_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    return written(tmp_path / "talk.wav", sound(60_000_000))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def choose(page: Page, *files: Path) -> None:
    page.locator(".drop input[type=file]").set_input_files(list(files))


def slowed(page: Page, megabytes: float) -> None:
    """So many a second go up."""
    session = page.context.new_cdp_session(page)
    speed = {"downloadThroughput": -1, "uploadThroughput": megabytes * 1e6, "latency": 0, "offline": False}
    session.send("Network.emulateNetworkConditions", speed)


def words(page: Page, said: str) -> Locator:
    """What a file's row says; the screen reader's line says it, too."""
    return page.locator("file-upload .words", has_text=said)


def share(page: Page) -> float:
    bar = page.locator("file-upload progress").first
    return float(bar.evaluate("(bar) => bar.value"))


def until(page: Page, true: Callable[[], Any], seconds: float = 60) -> None:
    for _ in range(int(seconds * 20)):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds} s; {page.locator('file-upload').all_inner_texts()}")


@pytest.fixture
def puts(page: Page) -> list[str]:
    """The numbers of the parts that any tab has put."""
    seen: list[str] = []

    def note(request: Any) -> None:
        if request.method == "PUT":
            seen.append(request.url.partition("partNumber=")[2].partition("&")[0])

    page.context.on("requestfinished", note)
    return seen


def test_interrupted_twice_it_arrives_whole(desk: Page, site: str, talk: Path, puts: list[str]) -> None:
    slowed(desk, 10)
    choose(desk, talk)
    until(desk, lambda: share(desk) > 0.2)
    desk.context.set_offline(True)
    expect(words(desk, "This device is offline. It goes on by itself.")).to_be_visible()
    desk.wait_for_timeout(500)
    desk.context.set_offline(False)
    slowed(desk, 10)
    until(desk, lambda: share(desk) > 0.6)
    upload = Upload.objects.get()
    until(desk, lambda: Upload.objects.get().parts)
    before = len(Upload.objects.get().parts)
    tab = desk.context.new_page()
    desk.close()  # without a word, as a crash would
    tab.goto(site + UPLOADS)
    expect(words(tab, "sent. Choose the file again to go on.")).to_be_visible()
    sent = len(puts)
    choose(tab, talk)
    until(tab, lambda: Upload.objects.get().state == "checking")
    assert before >= 3, "some of it was there"
    assert len(puts) - sent <= upload.part_count - before, "what was there was not sent again"
    work_through()
    link = tab.get_by_role("link", name="In the library: talk")
    expect(link).to_be_visible()
    asset = MediaAsset.objects.get()
    assert link.get_attribute("href") == f"/admin/media_pipeline/recording/{asset.pk}/change/"
    assert hashlib.sha256(stored(asset.key)).hexdigest() == hashlib.sha256(talk.read_bytes()).hexdigest()
    assert in_storage(upload) == (None, False)


def test_several_files_go_one_after_the_other_with_the_keyboard_alone(
    desk: Page, tmp_path: Path, no_errors: list[str]
) -> None:
    files = [written(tmp_path / f"{name}.wav", sound(6_000_000)) for name in ("one", "two")]
    files.append(written(tmp_path / "list.mp4", b"#EXTM3U\nhttp://127.0.0.1/x.ts\n"))
    with desk.expect_file_chooser() as opened:
        desk.get_by_role("button", name="Choose files").press("Enter")
    opened.value.set_files(files)
    until(desk, lambda: Upload.objects.filter(state="checking").count() == 3)
    work_through()
    expect(desk.get_by_role("link", name="In the library: one")).to_be_visible()
    expect(desk.get_by_role("link", name="In the library: two")).to_be_visible()
    expect(words(desk, "This is a playlist: it names media and holds none.")).to_be_visible()
    expect(desk.get_by_role("status")).not_to_be_empty()
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="Throw away: list.mp4").press("Enter")
    expect(desk.locator("file-upload")).to_have_count(2)
    assert Upload.objects.filter(state="stopped").count() == 1


@pytest.mark.soak
def test_paused_it_waits_and_goes_on(desk: Page, talk: Path, no_errors: list[str]) -> None:
    slowed(desk, 10)
    choose(desk, talk)
    until(desk, lambda: share(desk) > 0.2)
    desk.get_by_role("button", name="Pause: talk.wav").click()
    expect(words(desk, "Paused at")).to_be_visible()
    paused = len(Upload.objects.get().parts)
    desk.wait_for_timeout(700)
    assert len(Upload.objects.get().parts) <= paused + 1
    slowed(desk, -1)
    desk.get_by_role("button", name="Go on: talk.wav").click()
    until(desk, lambda: Upload.objects.get().state == "checking")


@pytest.mark.soak
def test_another_file_does_not_go_on_with_the_first(
    desk: Page, site: str, tmp_path: Path, talk: Path
) -> None:
    slowed(desk, 10)
    choose(desk, talk)
    until(desk, lambda: Upload.objects.exists() and "1" in Upload.objects.get().parts)
    tab = desk.context.new_page()
    desk.close()
    tab.goto(site + UPLOADS)
    other = written(tmp_path / "other.wav", sound(60_000_000))
    tab.locator("file-upload input[type=file]").set_input_files(other)
    expect(words(tab, "“other.wav” is another file.")).to_be_visible()
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Throw away: talk.wav").click()
    expect(tab.locator("file-upload")).to_have_count(0)
    assert Upload.objects.get().state == "stopped"
    assert in_storage(Upload.objects.get()) == (None, False)


@pytest.mark.soak
def test_nobody_leaves_while_something_is_sent(desk: Page, site: str, talk: Path) -> None:
    slowed(desk, 5)
    desk.locator("body").click()  # a browser asks only people who have touched the page
    choose(desk, talk)
    until(desk, lambda: share(desk) > 0.05)
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.evaluate("location.href = '/admin/'")
    until(desk, lambda: asked == ["beforeunload"])
    assert desk.url == site + UPLOADS


def test_the_page_fits_and_is_accessible(desk: Page, tmp_path: Path, no_errors: list[str]) -> None:
    name = "a-very-long-name-that-a-camera-or-an-agency-would-give-" * 3
    choose(desk, written(tmp_path / f"{name}.wav", sound(50_000)), written(tmp_path / "x.mp4", b"%PDF-1.7"))
    until(desk, lambda: Upload.objects.filter(state="checking").count() == 2)
    work_through()
    expect(words(desk, "This is a PDF")).to_be_visible()
    for size in (PHONE, DESK):
        desk.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(desk) == []
    choose(desk, written(tmp_path / "empty.mp3", b""))
    expect(desk.locator(".trouble", has_text="“empty.mp3” is empty.")).to_be_visible()


def test_without_javascript_it_says_what_to_do(browser: Any, site: str, author: User) -> None:
    context = browser.new_context(java_script_enabled=False)
    signed_in(context, site, author)
    page = context.new_page()
    page.goto(site + UPLOADS)
    expect(page.get_by_text("Sending files from here needs JavaScript.")).to_be_visible()
    context.close()
