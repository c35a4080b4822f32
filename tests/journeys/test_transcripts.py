"""A transcript in a real browser: it follows what is heard, finds words, and is corrected beside the recording."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from episodes import transcripts
from episodes.models import Episode
from media_pipeline.models import Transcript
from tests import factories
from tests.harness.axe import violations
from tests.journeys.test_player import at, moving, until
from tests.journeys.test_uploads import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WORDS = "There was a harbour once, with a lighthouse that nobody had lit for as long as anyone could tell, and boats"


@pytest.fixture
def episode(site: str, media: str) -> Episode:
    """Twenty seconds at another host, a cue a second, two who speak in turn."""
    cues = [
        [n * 1000, n * 1000 + 950, ("Ann", "Bo")[n // 2 % 2], f"{WORDS}, {n} of them."] for n in range(20)
    ]
    cues[7][3] = "And then, suddenly, a żaba."
    return factories.episode(
        "Harbours",
        said=cues,
        linked_url=f"{media}whole.m4a",
        linked_type="audio/mp4",
        linked_seconds=20.0,
        chapters="00:00:00 Where it begins\n00:00:10 The end",
    )


@pytest.fixture
def reader(browser: Browser, browser_context_args: Any) -> Iterator[Page]:
    """Somebody whose system lets things move."""
    context = browser.new_context(**browser_context_args | {"reduced_motion": "no-preference"})
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield context.new_page()
    context.close()
    assert complaints == []


def current(page: Page) -> str | None:
    return page.locator(".said a[aria-current]").get_attribute("href")


def test_it_follows_seeks_and_finds(site: str, episode: Episode, reader: Page) -> None:
    page, address = reader, f"{site}{episode.get_absolute_url()}"
    page.goto(f"{address}transcript/")
    assert violations(page) == []
    page.get_by_role("link", name="12 of them.").click()
    page.wait_for_url(f"{address}?t=12")
    page.locator("media-player[data-ready]").wait_for()
    sound, box = page.locator("audio"), page.locator(".transcript-box")
    sound.evaluate("media => { media.muted = true }")
    assert at(sound) == 12
    assert current(page) == "?t=12"
    assert violations(page) == []

    top, scrolled = page.evaluate("scrollY"), box.evaluate("box => box.scrollTop")
    page.get_by_role("button", name="Play", exact=True).click()
    moving(sound, 13.1)
    until(lambda: box.evaluate("box => box.scrollTop") > scrolled)
    assert page.evaluate("scrollY") == top

    box.hover()

    def at_the_top() -> bool:
        page.mouse.wheel(0, -4000)  # again, as a movement that had begun may come in between
        return bool(box.evaluate("box => box.scrollTop") == 0)

    until(at_the_top)
    before = current(page)
    until(lambda: current(page) != before)
    assert box.evaluate("box => box.scrollTop") == 0
    expect(page.get_by_role("button", name="Go to what is said now")).to_be_visible()

    page.get_by_role("link", name="1 of them.", exact=False).first.click()
    until(lambda: at(sound) < 4)
    page.get_by_role("button", name="Pause").click()
    link = page.locator(".said a[tabindex='0']")
    link.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    until(lambda: 3 <= at(sound) < 5)
    assert page.url == f"{address}?t=12"

    words = page.get_by_label("Find in the transcript")
    words.fill("suddenly, a zaba. there")
    expect(page.locator("[data-part=count]")).to_have_text("Not found")
    words.fill("SUDDENLY, a")
    expect(page.locator("[data-part=count]")).to_have_text("1 place")
    words.fill("Zaba")
    words.press("Enter")
    expect(page.locator("[data-part=count]")).to_have_text("1 of 1")
    assert page.evaluate("getSelection().toString()") == "żaba"
    page.get_by_label("Only these").check()
    expect(page.locator(".said:not([hidden])")).to_have_count(1)
    words.press("Escape")
    expect(page.locator(".said[hidden]")).to_have_count(0)


def test_without_scripts_it_is_text_with_links(site: str, episode: Episode, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site}{episode.get_absolute_url()}")
    expect(page.get_by_role("link", name="19 of them.")).to_be_visible()
    expect(page.locator(".transcript-tools").first).to_be_hidden()
    context.close()


@pytest.fixture
def desk(site: str, editor: User, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    signed_in(context, site, editor)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield context.new_page()
    context.close()
    assert [words for words in complaints if "409" not in words] == []


def said(at: int) -> str:
    return str(Transcript.objects.get().cues[at][3])


def test_a_cue_is_corrected_beside_the_recording_and_readers_get_it(
    site: str, episode: Episode, desk: Page, page: Page
) -> None:
    desk.goto(f"{site}/admin/episodes/episode/{episode.pk}/transcript/")
    desk.locator(".cue").first.wait_for()
    assert violations(desk) == []
    first, status = desk.get_by_label("Words, 0:00:00"), desk.locator(".cue-bar [role=status]")
    first.fill("There was no harbour.")
    expect(desk.get_by_role("button", name="Save 1 change")).to_be_visible()
    first.press("Control+s")
    expect(status).to_contain_text("Saved")
    expect(first).to_be_focused()
    page.goto(f"{site}{episode.get_absolute_url()}transcript/")
    expect(page.get_by_role("link", name="There was no harbour.")).to_be_visible()

    frog = desk.get_by_label("Words, 0:00:07")
    frog.evaluate("field => { field.focus(); field.setSelectionRange(19, 19) }")
    frog.press("Alt+Enter")
    expect(frog.first).to_have_value("And then, suddenly,")
    expect(desk.locator(".cue")).to_have_count(21)
    desk.keyboard.press("Control+z")
    expect(desk.locator(".cue")).to_have_count(20)
    desk.keyboard.press("Control+Shift+z")
    desk.keyboard.press("Alt+Backspace")
    expect(desk.locator(".cue")).to_have_count(20)
    expect(frog.first).to_have_value("And then, suddenly, a żaba.")

    desk.get_by_role("button", name="Find and replace").click()
    desk.get_by_label("Find", exact=True).fill("lighthouse")
    desk.get_by_label("Replace with").fill("lightship")
    desk.get_by_role("button", name="Replace all").click()
    expect(status).to_contain_text("18 places were replaced")

    transcripts.correct(
        episode,
        2,
        [[*row[:3], "Theirs."] if n == 7 else row for n, row in enumerate(Transcript.objects.get().cues)],
    )
    desk.keyboard.press("Control+s")
    expect(
        desk.get_by_role("heading", name="Somebody has saved this transcript while you were editing it.")
    ).to_be_focused()
    expect(desk.locator(".cue-changes ins")).to_have_text("Bo: Theirs.")
    desk.get_by_role("button", name="Save mine on top of theirs").click()
    expect(status).to_contain_text("Saved")
    assert (said(7), "lightship" in said(5), said(0)) == ("Theirs.", True, "There was no harbour.")
    expect(desk.get_by_label("Words, 0:00:07")).to_have_value("Theirs.")
    desk.reload()
    desk.get_by_text("Earlier versions").click()
    expect(desk.get_by_role("button", name="Bring back version")).to_have_count(3)

    begins = desk.get_by_label("Begins, 0:00:03")
    begins.fill("3,25")
    begins.press("Tab")
    expect(begins).to_have_value("0:00:03.250")
    expect(desk.get_by_label("Ends, 0:00:03")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    until(lambda: at(desk.locator("audio")) >= 3.25)
    expect(desk.locator(".cue.now")).to_have_count(1)
