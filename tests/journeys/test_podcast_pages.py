"""An episode's page and the small player for other people's pages, heard in a browser."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Page, Route, expect

from core import caching
from episodes.models import Episode
from media_pipeline import storage
from tests import factories
from tests.harness.axe import violations
from tests.harness.sites import Answer, Site
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SECONDS = 40


@pytest.fixture
def episode(site: str, tmp_path: Path) -> Episode:
    """Of 40 seconds that can really be heard."""
    file = tmp_path / "a.mp3"
    sine = ["-f", "lavfi", "-i", f"sine=440:d={SECONDS}:r=22050", "-b:a", "32k", str(file)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *sine], check=True)
    made = factories.episode(
        "The clock nobody sees",
        of=factories.show("Night Talk", slug="night"),
        slug="clock",
        chapters="0 Welcome\n00:00:20 The pendulum | https://example.org/",
        soundbites="00:00:30 5 The joke",
        said=[[0, 20_000, "Ann", "Good evening."], [20_000, 40_000, "Bob", "About the pendulum."]],
    )
    assert made.encoding
    assert made.encoding.live
    sound = made.encoding.live.renditions.get(name="mp3")
    storage.put(sound.key, file.read_bytes(), "audio/mpeg")
    assert made.audio
    made.audio.duration = SECONDS
    made.audio.save()
    caching.bump()
    caching.push()
    return made


def for_anybody(route: Route) -> None:
    """A static file as WhiteNoise serves it: a page in a sandbox is of no origin at all."""
    found = route.fetch()
    route.fulfill(response=found, headers=found.headers | {"access-control-allow-origin": "*"})


def test_somebody_comes_to_a_moment_and_goes_on_by_chapter_and_by_moment(
    site: str, page: Page, episode: Episode, no_errors: list[str]
) -> None:
    page.goto(f"{site}/episodes/night/clock/?t=10")
    expect(page.locator("[data-part=time]")).to_have_text("0:10")
    assert violations(page) == []
    page.get_by_role("navigation", name="Chapters").get_by_role("link", name="0:20 The pendulum").click()
    expect(page.locator("[data-part=time]")).to_have_text("0:21")
    page.get_by_role("link", name="The joke").click()
    expect(page.locator("[data-part=time]")).to_have_text("0:31")
    assert f"/episodes/files/{episode.item.guid}.mp3" in page.evaluate(
        "document.querySelector('audio').currentSrc"
    )
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_feed_is_copied_from_the_shows_page(site: str, page: Page, episode: Episode) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}/episodes/night/")
    assert violations(page) == []
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/episodes/night/feed/"


def test_the_small_player_plays_in_a_sandbox_of_another_site(
    site: str, page: Page, episode: Episode, no_errors: list[str]
) -> None:
    told = page.request.get(f"{site}/episodes/oembed/", params={"url": f"{site}/episodes/night/clock/?t=5"})
    page.route("**/static/**", for_anybody)
    with Site() as other:
        html = Answer(headers={"Content-Type": "text/html"}, body=told.json()["html"].encode())
        page.goto(other.answer("/", html))
        player = page.frame_locator("iframe")
        expect(player.locator("[data-part=time]")).to_have_text("0:05")
        player.get_by_role("button", name="Play", exact=True).click()
        expect(player.locator("[data-part=time]")).to_have_text("0:06")
        box = player.locator(".player-buttons").bounding_box()
        assert box
        assert box["y"] + box["height"] < told.json()["height"]
