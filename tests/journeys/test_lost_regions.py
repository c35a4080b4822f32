"""What somebody sees and hears while regions go out of reach."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from playwright.sync_api import Locator, Page, expect

from media_pipeline import delivery
from media_pipeline.delivery import gates, signing
from media_pipeline.models import Encoding
from tests.harness.lines import Line
from tests.journeys import films, player_pages
from tests.journeys.test_player import at, moving, opened

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# As seen from Germany
NEAREST, SECOND, THIRD = "frankfurt", "mumbai", "ohio"
WATCHED = """() => {
    const media = document.querySelector("video, audio");
    window.stood = { seconds: 0, from: 0, to: 0, starved: 0 };
    let since = performance.now(), last = media.currentTime, looked = since, starved = 0;
    const look = () => {
        const [now, to] = [performance.now(), media.currentTime];
        starved += Math.max(0, now - looked - 25) / 1000;
        looked = now;
        if (to !== last) {
            if ((now - since) / 1000 > stood.seconds) window.stood = { seconds: (now - since) / 1000, from: last, to, starved };
            [since, last, starved] = [now, to, 0];
        }
        setTimeout(look, 20);
    };
    look();
}"""


@pytest.fixture(scope="session")
def film_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("film")
    films.make_film(made)
    return made


@pytest.fixture(scope="session")
def talk_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("talk")
    films.make_talk(made)
    return made


@dataclass
class World:
    pages: str
    lines: dict[str, Line]

    def show(self, made: Encoding) -> str:
        """The address of a page that plays it; every region holds it."""
        films.hold_everywhere(made)
        found = delivery.playback(made, delivery.Visitor(HttpRequest()))
        player_pages.SHOWN["film"] = found.playable(title="A film", key="film")
        return f"{self.pages}/film/"

    def darken(self) -> None:
        """The nearest region, and the one that would be next."""
        self.lines[NEAREST].darken()
        self.lines[SECOND].darken()

    def brighten(self) -> None:
        self.lines[NEAREST].brighten()
        self.lines[SECOND].brighten()

    def serving(self) -> list[str]:
        """The regions that have been asked for sound or pictures since the last time."""
        asked = [slug for slug, line in self.lines.items() if any(".mp" in request for request in line.asked)]
        for line in self.lines.values():
            line.asked.clear()
        return sorted(asked)

    def fall_silent(self) -> None:
        """Wait for the last requests of a page that was left: they may still be on their way through the lines."""
        quiet = 0
        while quiet < 5:
            time.sleep(0.1)
            quiet = 0 if self.serving() else quiet + 1


@pytest.fixture
def world(site: str, settings: Any, page: Page, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Eight regions, recordings that are for everybody, and a visitor from Germany."""
    settings.ROOT_URLCONF = "tests.journeys.player_pages"
    settings.GEO_COUNTRY_HEADER = "X-Country"
    page.set_extra_http_headers({"X-Country": "DE"})
    monkeypatch.setitem(gates.GATES, "film", lambda key, viewer: True)
    with films.eight_regions() as lines:
        yield World(f"{site}/player", lines)


@pytest.fixture
def film(world: World, film_folder: Path) -> str:
    """The address of the film's page."""
    return world.show(films.film(film_folder))


@pytest.fixture
def talk(world: World, talk_folder: Path) -> str:
    return world.show(films.talk(talk_folder))


def played(page: Page, address: str) -> Locator:
    media = opened(page, address)
    page.evaluate(WATCHED)
    page.get_by_role("button", name="Play", exact=True).click()
    moving(media)
    page.evaluate("stood.seconds = 0")
    return media


def stood(page: Page, *, longer: float = 1.5) -> dict[str, float]:
    """For how many `seconds` it stood still, `from` and `to` which second, once it goes on after more than that time.

    `starved`: seconds of them in which the machine did not even let the page look at a clock.
    """
    end = time.monotonic() + 40
    while page.evaluate("stood.seconds") <= longer and time.monotonic() < end:
        time.sleep(0.1)
    found: dict[str, float] = page.evaluate("stood")
    return found


def seek(media: Locator, second: float) -> None:
    media.evaluate("(media, second) => media.closest('media-player').seek(second)", second)


def said(page: Page) -> list[str]:
    """What the status line says, and what the alert."""
    return page.locator("[data-part=status], [data-part=alert]").all_inner_texts()


def test_two_of_eight_regions_fall_silent_and_the_film_goes_on_from_the_third(
    world: World, film: str, page: Page
) -> None:
    video = played(page, film)
    assert world.serving() == [NEAREST]
    page.get_by_label("Speed").select_option("3")
    world.darken()
    still = stood(page)
    assert 10 < still["from"] < 40  # what had been read before was played
    assert still["seconds"] - still["starved"] < 5
    assert still["to"] == pytest.approx(still["from"], abs=0.2)
    moving(video, still["to"] + 1)
    assert world.serving() == [NEAREST, THIRD]
    assert video.evaluate("media => media.playbackRate") == 3
    assert said(page) == ["", ""]

    world.brighten()
    page.goto("about:blank")
    world.fall_silent()
    played(page, f"{film}?again")
    assert world.serving() == [NEAREST]


@pytest.mark.soak
def test_a_talk_goes_on_from_the_third_region_too(world: World, talk: str, page: Page) -> None:
    sound = played(page, talk)
    assert world.serving() == [NEAREST]
    world.darken()
    seek(sound, 500)
    still = stood(page)
    assert still["seconds"] - still["starved"] < 5
    assert [still["from"], still["to"]] == pytest.approx([500, 500], abs=0.2)
    assert world.serving() == [NEAREST, THIRD]
    moving(sound, 501)
    assert said(page) == ["", ""]


@pytest.mark.soak
def test_who_moves_about_in_the_dark_or_pauses_is_not_pulled_back(
    world: World, film: str, page: Page
) -> None:
    video = played(page, film)
    world.darken()
    for second in (30, 40, 50):
        seek(video, second)
        page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(6000)
    assert video.evaluate("media => [media.currentTime, media.paused]") == [50, True]
    page.get_by_role("button", name="Play", exact=True).click()
    moving(video, 50.5)
    assert at(video) < 53


@pytest.mark.soak
def test_what_is_signed_dies_and_it_goes_on_with_new_signatures(
    world: World, film: str, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clocks differ, or somebody was away for long."""
    with monkeypatch.context() as hasty:
        hasty.setattr(signing, "MINUTES", 3)
        media = played(page, film)
        page.wait_for_timeout(4000)
    refused: list[int] = []
    page.on("response", lambda answer: refused.append(answer.status) if answer.status == 403 else None)
    seek(media, 45)
    page.wait_for_timeout(5000)
    moving(media, 46)
    assert refused
    assert at(media) < 53
    assert world.serving() == [NEAREST]


@pytest.mark.soak
def test_ten_seconds_without_a_connection(film: str, page: Page) -> None:
    video = played(page, film)
    page.context.set_offline(True)
    seek(video, 40)
    expect(page.get_by_role("alert")).to_contain_text("You are offline.")
    page.wait_for_timeout(10_000)
    assert at(video) == pytest.approx(40, abs=0.2)
    page.context.set_offline(False)
    still = stood(page, longer=10)
    assert still["to"] == pytest.approx(40, abs=0.2)
    moving(video, 40.5)
    assert said(page) == ["", ""]


@pytest.mark.soak
def test_who_may_not_watch_any_more_is_told_so(
    world: World, film: str, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = played(page, film)
    monkeypatch.setitem(gates.GATES, "film", lambda key, viewer: False)
    world.darken()
    seek(video, 45)
    expect(page.get_by_role("alert")).to_have_text(
        "This cannot be played now. Try again, or download it.", timeout=30_000
    )
    assert at(video) == pytest.approx(45, abs=0.2)
