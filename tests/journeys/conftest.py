"""A real browser (Debian's Chromium) against a real server, with a real database, cache and S3 behind it."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from core import assets
from media_pipeline import storage
from tests.harness.door import Door
from tests.journeys import player_media

# Playwright's loop makes Django believe that it runs asynchronously.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
)  # the first takes half the processor time
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture(autouse=True)
def _needs_a_browser() -> None:
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed; .ci/run should have done that.")
        pytest.skip("needs Chromium: apt-get install chromium-headless-shell, or name it in CHROMIUM")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": quiet}


@pytest.fixture(scope="session", autouse=True)
def _fonts() -> None:
    """Of a new checkout they are cut now, which takes longer than a browser waits for the first page."""
    assets.build()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Without motion, or a contrast would be measured in the middle of a transition."""
    return browser_context_args | {"reduced_motion": "reduce"}


@pytest.fixture
def _open(live_server: Any, transactional_db: None) -> Iterator[None]:
    """A page that is closed leaves requests behind, which must not meet the emptying of the database."""
    server = live_server.thread.httpd
    door = Door(server.get_app())
    server.set_app(door)
    yield
    door.close()
    server.set_app(door.app)


@pytest.fixture
def site(live_server: Any, settings: Any, _open: None) -> str:
    """The address of the running site, without a trailing slash."""
    address: str = live_server.url.replace("127.0.0.1", "localhost")
    settings.SITE_URL = address
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CSRF_TRUSTED_ORIGINS = [address]
    call_command("prepare_storage")
    return address


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the clips of `player_media` are, with a slash at the end."""
    folder = tmp_path_factory.mktemp("media")
    player_media.make(folder)
    storage.ensure_bucket()
    return player_media.publish(folder)


@pytest.fixture
def no_errors(page: Page) -> Iterator[list[str]]:
    """Fails the test if the browser complained: a script error, a blocked resource, a policy violation."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield complaints
    assert complaints == []
