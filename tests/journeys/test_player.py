"""The player in a real browser: HLS as it is and as it fails, a thumb, a keyboard, a link to a moment, and no script at all."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import User
from media_pipeline.playing import HLS, Source
from tests.harness.axe import violations
from tests.journeys import player_media, player_pages
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_reading import SHIFTS

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(site: str, media: str, settings: Any) -> str:
    """The address under which the pages of the tests are."""
    settings.ROOT_URLCONF = "tests.journeys.player_pages"
    player_pages.SHOWN.clear()
    player_pages.SHOWN["video"] = player_media.video(media)
    player_pages.SHOWN["sound"] = player_media.sound(media)
    return f"{site}/player"


def opened(page: Page, address: str) -> Locator:
    """The <video> or <audio> of a page whose player is ready; quiet, so that every browser lets it play."""
    page.goto(address)
    page.locator("media-player[data-ready]").wait_for()
    element = page.locator("video, audio")
    element.evaluate("media => { media.muted = true }")
    return element


def at(element: Locator) -> float:
    return float(element.evaluate("media => media.currentTime"))


def moving(element: Locator, beyond: float = 0.2) -> None:
    """Wait until it plays past that second."""
    until(
        lambda: (
            bool(element.evaluate("media => !media.paused && media.readyState > 2")) and at(element) > beyond
        )
    )


def until(holds: Callable[[], bool]) -> None:
    """Playwright's own waiting needs scripts on the page, or `eval`, which the policy forbids."""
    end = time.monotonic() + 8
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    assert holds()


def kept(page: Page, name: str) -> str | None:
    value: str | None = page.evaluate(f"localStorage.getItem('player:{name}')")
    return value


def test_hls_plays_and_the_keyboard_drives_it(pages: str, page: Page, no_errors: list[str]) -> None:
    video = opened(page, f"{pages}/video/")
    assert video.evaluate("media => [media.readyState, media.controls]") == [
        0,
        False,
    ]  # nothing is read before it is asked for
    page.get_by_role("button", name="Play", exact=True).focus()
    page.keyboard.press("k")
    moving(video)
    assert video.evaluate("media => media.currentSrc").endswith("/master.m3u8")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    assert page.evaluate("navigator.mediaSession.metadata.title") == "The harbour at night"

    for key, second in (("5", 10), ("ArrowRight", 15), ("j", 0), ("l", 20), ("ArrowLeft", 15), ("0", 0)):
        page.keyboard.press(key)
        assert at(video) == pytest.approx(second, abs=0.1), key
    for key, what, state in (
        (">", "playbackRate", 1.25),
        ("<", "playbackRate", 1),
        ("m", "muted", False),
        ("ArrowDown", "volume", 0.9),
    ):
        page.keyboard.press(key)
        assert video.evaluate(f"media => media.{what}") == pytest.approx(state), key
    page.keyboard.press("f")
    until(lambda: page.evaluate("document.fullscreenElement?.localName === 'media-player'"))
    page.keyboard.press("f")
    until(lambda: page.evaluate("!document.fullscreenElement"))
    page.keyboard.press("?")
    expect(page.get_by_text("To that tenth of it")).to_be_visible()

    words = page.get_by_label("Words")
    words.press_sequentially("jk5 ")
    expect(words).to_have_value("jk5 ")
    assert (at(video), video.evaluate("media => media.paused")) == (0, True)
    page.locator("video").click()
    moving(video)


def test_it_goes_on_where_it_stopped_unless_a_link_says_where(
    pages: str, page: Page, no_errors: list[str]
) -> None:
    sound = opened(page, f"{pages}/sound/")
    sound.evaluate("media => media.closest('media-player').seek(8)")
    page.get_by_role("button", name="Play", exact=True).click()
    moving(sound, 8.2)
    page.get_by_role("button", name="Pause").click()
    assert kept(page, "at:sound") == "8"

    for address, second in (("?t=12", 12), ("?t=1m2s", 20), ("#t=0:05", 5), ("?t=never", 8)):
        page.goto("about:blank")
        assert at(opened(page, f"{pages}/sound/{address}")) == second, address
    expect(page.get_by_text("Goes on at 0:08.")).to_be_visible()
    page.evaluate("location.hash = 't=3'")
    expect(page.get_by_label("Position")).to_have_attribute("aria-valuetext", "0:03 of 0:20")
    assert kept(page, "at:sound") == "8"

    opened(page, f"{pages}/sound/?again")
    page.get_by_role("button", name="Start over").click()
    moving(sound)
    assert at(sound) < 3
    assert kept(page, "at:sound") is None


@pytest.mark.soak
def test_at_the_end_the_next_one_is_offered_and_nothing_starts_by_itself(
    pages: str, page: Page, no_errors: list[str]
) -> None:
    page.add_init_script("localStorage.setItem('player:at:sound', 9)")
    sound = opened(page, f"{pages}/sound/?t=19")
    page.get_by_role("button", name="Play", exact=True).click()
    offer = page.get_by_text("Next: The lighthouse Not now")
    expect(offer).to_be_visible()
    assert sound.evaluate("media => media.ended")
    assert kept(page, "at:sound") is None
    page.get_by_role("button", name="Not now").click()
    expect(offer).to_be_hidden()
    assert page.url.endswith("/player/sound/?t=19")


def test_speed_and_captions_are_remembered(pages: str, page: Page, no_errors: list[str]) -> None:
    opened(page, f"{pages}/video/")
    captions = page.get_by_role("button", name="Captions")
    expect(captions).to_have_attribute("aria-pressed", "false")
    captions.click()
    page.get_by_label("Speed").select_option("1.75")
    video = opened(page, f"{pages}/video/?again")
    expect(captions).to_have_attribute("aria-pressed", "true")
    assert video.evaluate("media => [media.playbackRate, media.textTracks[0].mode]") == [1.75, "showing"]
    until(lambda: video.evaluate("video => video.textTracks[0].cues?.length === 1"))
    page.get_by_label("Position").press("c")
    assert video.evaluate("media => media.textTracks[0].mode") == "disabled"
    opened(page, f"{pages}/sound/")
    expect(page.get_by_label("Speed")).to_have_value("1.75")
    expect(captions).to_have_count(0)


def test_chapters_seek_show_where_one_is_and_can_be_sent_to_a_friend(
    pages: str, page: Page, no_errors: list[str]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    video = opened(page, f"{pages}/video/")
    page.get_by_role("link", name="What nobody asked").first.click()
    moving(video, 12.1)
    assert page.url == f"{pages}/video/"
    expect(page.locator("[aria-current]")).to_have_text("0:12 What nobody asked")
    page.keyboard.press("k")
    page.get_by_role("button", name="Previous chapter").click()
    expect(page.locator("[aria-current]")).to_contain_text("A long way round the harbour")
    page.get_by_role("button", name="Copy a link to this moment").click()
    expect(page.get_by_role("status")).to_have_text("Link to 0:05 copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{pages}/video/?t=5"


def test_the_bar_shows_what_is_there(pages: str, page: Page, no_errors: list[str]) -> None:
    opened(page, f"{pages}/video/")
    page.get_by_label("Position").hover()
    page.locator(".player-preview svg[viewBox='0 90 160 90']").wait_for()
    assert page.locator(".player-preview image").get_attribute("href").endswith("/sprite.jpg")  # type: ignore[union-attr]
    opened(page, f"{pages}/sound/")
    page.locator("media-player[data-drawn]").wait_for()
    assert page.locator(".player-wave path").first.get_attribute("d").startswith("M0.5 ")  # type: ignore[union-attr]


@pytest.mark.soak
@pytest.mark.parametrize("broken", ["gone.m3u8", "broken.m3u8"])
def test_when_hls_fails_the_file_takes_over_at_the_same_second(
    pages: str, media: str, page: Page, broken: str
) -> None:
    """The playlist is missing, which the browser tells; or a piece is, which Chromium does not."""
    sources = (Source(media + broken, HLS), Source(f"{media}whole.mp4", "video/mp4"))
    player_pages.SHOWN["video"] = player_media.video(media, sources=sources)
    page.clock.install()
    video = opened(page, f"{pages}/video/?t=6")
    page.get_by_label("Speed").select_option("2")
    page.get_by_role("button", name="Play", exact=True).click()
    if broken == "broken.m3u8":
        until(lambda: video.evaluate("video => video.readyState > 2"))
        page.clock.fast_forward(9000)
    until(lambda: video.evaluate("video => video.currentSrc.includes('/whole.mp4')"))
    moving(video, 6.2)
    assert at(video) < 16
    page.get_by_role("button", name="Pause").click()
    page.clock.fast_forward(9000)  # whoever pauses has not failed
    assert video.evaluate("media => media.playbackRate") == 2
    expect(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.soak
def test_what_cannot_be_played_says_so_and_can_be_tried_again(pages: str, media: str, page: Page) -> None:
    gone = (Source(f"{media}gone.m3u8", HLS), Source(f"{media}gone.mp4", "video/mp4"))
    player_pages.SHOWN["video"] = player_media.video(media, sources=gone)
    video = opened(page, f"{pages}/video/?t=7")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("This cannot be played now. Try again, or download it.")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_contain_text("You are offline.")
    page.context.set_offline(False)  # it tries again by itself
    expect(page.get_by_role("alert")).to_have_text("This cannot be played now. Try again, or download it.")

    page.evaluate(
        """base => addEventListener("masthead:error", event => {
            window.told = event.detail
            event.preventDefault()
            event.target.replaceSources([{ url: `${base}master.m3u8`, type: "application/vnd.apple.mpegurl" }])
        })""",
        media,
    )
    page.get_by_role("button", name="Try again").click()
    moving(video, 7.1)
    assert at(video) < 10
    assert page.evaluate("told") == {"seconds": 7, "url": f"{media}gone.mp4#t=7", "before": 0}
    expect(page.get_by_role("alert")).to_be_hidden()


def test_other_parts_of_the_page_follow_and_replace_it(
    pages: str, media: str, page: Page, no_errors: list[str]
) -> None:
    video = opened(page, f"{pages}/video/")
    page.evaluate("addEventListener('masthead:time', event => { window.second = event.detail.seconds })")
    page.get_by_role("button", name="Captions").click()
    page.get_by_label("Speed").select_option("1.5")
    page.get_by_role("button", name="Play", exact=True).click()
    page.evaluate("document.querySelector('media-player').seek(9)")
    moving(video, 9.1)
    assert page.evaluate("second") >= 9
    page.evaluate(
        "base => document.querySelector('media-player').replaceSources([{ url: `${base}whole.mp4`, type: 'video/mp4' }])",
        media,
    )
    until(lambda: video.evaluate("video => video.currentSrc.endsWith('/whole.mp4')"))
    moving(video, 9.2)
    assert at(video) < 14
    assert video.evaluate("media => [media.playbackRate, media.textTracks[0].mode]") == [1.5, "showing"]

    page.evaluate(
        "first => first.after(first.cloneNode(true))", page.locator("media-player").element_handle()
    )
    page.get_by_role("button", name="Play", exact=True).click()
    until(lambda: page.locator("video").evaluate_all("both => both.map(one => one.paused)") == [True, False])


def test_without_javascript_it_is_a_plain_video_with_links(
    pages: str, browser: Browser, browser_context_args: Any
) -> None:
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False, "viewport": PHONE})
    page = context.new_page()
    page.goto(f"{pages}/video/")
    video = page.locator("video[controls]")
    expect(video).to_be_visible()
    expect(page.locator(".player-panel")).to_be_hidden()
    expect(page.get_by_role("link", name="Download MP4")).to_be_visible()
    page.get_by_role("link", name="A long way round").click()
    assert page.url == f"{pages}/video/?t=5"
    video.evaluate("media => { media.muted = true; media.play() }")
    until(lambda: at(video) > 5.1)
    assert at(video) < 9
    page.goto(f"{pages}/sound/")
    expect(page.locator("audio[controls]")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("size", "scheme", "target"), [(DESK, "light", 24), (PHONE, "dark", 44)], ids=["desk", "phone"]
)
def test_it_fits_is_accessible_and_nothing_moves(
    pages: str, browser: Browser, browser_context_args: Any, size: Any, scheme: str, target: int
) -> None:
    context = browser.new_context(**browser_context_args | {"viewport": size, "color_scheme": scheme})
    page = context.new_page()
    page.route("**/*.woff2", lambda route: route.abort())
    for name in ("video", "sound"):
        opened(page, f"{pages}/{name}/?t=6")
        page.get_by_label("Position").press("m")
        assert violations(page) == []
        assert page.evaluate(SHIFTS) < 0.01
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        buttons = page.locator(
            ".player-buttons :is(button, select):visible, .player-bar input, .player-chapters li > a"
        )
        sizes: list[Any] = [button.bounding_box() or {} for button in buttons.all()]
        assert len(sizes) >= 10
        assert [box for box in sizes if min(box["width"], box["height"]) < target] == []
    context.close()


def test_it_works_in_the_admin(
    pages: str, site: str, page: Page, administrator: User, no_errors: list[str]
) -> None:
    client = Client()
    client.force_login(administrator)
    session = client.cookies[site_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": site_settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    video = opened(page, f"{site}/admin/player/video/")
    page.get_by_role("button", name="Play", exact=True).click()
    moving(video)
    assert violations(page) == []
    chapters = page.locator(".player-chapters li").first
    assert chapters.evaluate("item => getComputedStyle(item).listStyleType") == "none"
