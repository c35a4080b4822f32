"""The demo magazine as readers meet it: every kind of page, phone and desk, light and dark, checked by axe."""

from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from core import caching
from search.models import IndexEntry
from tests import factories
from tests.harness.axe import violations
from tests.journeys.conftest import DESK, PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LISTS = [
    "/",
    "/articles/",
    "/articles/archive/",
    "/topics/",
    "/people/",
    "/search/",
    "/search/?q=clock",
    "/search/?q=nothingatallofthekind",
    "/about/",
    "/no-such-page/",
    "/account/login/",
]
ON_A_PHONE = ["/", "/articles/archive/", "/people/", "/search/?q=clock", "/account/login/"]
SHIFTS = """() => new Promise(done => {
    let total = 0
    new PerformanceObserver(list => list.getEntries().forEach(entry => { total += entry.value }))
        .observe({type: "layout-shift", buffered: true})
    setTimeout(() => done(total), 50)
})"""


@pytest.fixture
def magazine(site: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("demo")
    caching.push()
    return site


def a_page_of_each_kind() -> list[str]:
    entry = IndexEntry.objects.filter(kind="article", kicker_path__startswith="/articles/sections/").first()
    assert entry
    article = IndexEntry.objects.filter(kind="article", body_html__contains="<code-block").first()
    person, topic = entry.people.first(), entry.topics.first()
    assert article
    assert person
    assert topic
    return [entry.path, article.path, entry.kicker_path, person.get_absolute_url(), topic.get_absolute_url()]


def problems(page: Page, address: str) -> list[Any]:
    """What axe finds, and a layout that moved by more than a tenth (what Web Vitals call good) while it loaded."""
    page.goto(address, wait_until="load")
    found: list[Any] = [*violations(page)]
    shift = page.evaluate(SHIFTS)
    return found + ([f"layout shift {shift:.3f}"] if shift > 0.1 else [])


def test_axe_finds_nothing_nothing_moves_and_the_browser_does_not_complain(
    magazine: str, browser: Browser, browser_context_args: Any
) -> None:
    """Every kind of page at a desk in the light; on a phone in the dark one of those that are built alike."""
    found: dict[tuple[str, str], list[Any]] = {}
    complaints: list[str] = []
    kinds = a_page_of_each_kind()
    for viewport, scheme, paths in (
        (DESK, "light", [*LISTS, *kinds]),
        (PHONE, "dark", [*ON_A_PHONE, *kinds]),
    ):
        context = browser.new_context(**browser_context_args | {"viewport": viewport, "color_scheme": scheme})
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        for path in paths:
            if wrong := problems(page, magazine + path):
                found[path, scheme] = wrong
        context.close()
    assert found == {}
    assert [text for text in complaints if "404" not in text] == []  # one of the pages is missing on purpose
    no_image_moves_the_text(["/", "/articles/", "/people/", *kinds], magazine, browser, browser_context_args)


def no_image_moves_the_text(paths: list[str], magazine: str, browser: Browser, arguments: Any) -> None:
    """Without web fonts, whose arrival is another matter, nothing at all may move."""
    context = browser.new_context(**arguments | {"viewport": PHONE})
    page = context.new_page()
    page.route("**/*.woff2", lambda route: route.abort())
    moved = {}
    for path in paths:
        page.goto(magazine + path, wait_until="load")
        page.mouse.wheel(0, 20_000)  # what is lazy loads now
        if (shift := page.evaluate(SHIFTS)) > 0.01:
            moved[path] = shift
    context.close()
    assert moved == {}


@pytest.mark.soak
def test_axe_finds_nothing_on_any_page_of_the_demo(
    magazine: str, browser: Browser, browser_context_args: Any
) -> None:
    found = {}
    for viewport in (DESK, PHONE):
        for scheme in ("light", "dark"):
            context = browser.new_context(
                **browser_context_args | {"viewport": viewport, "color_scheme": scheme}
            )
            page = context.new_page()
            for path in [*LISTS, *IndexEntry.objects.live().values_list("path", flat=True)]:
                if wrong := problems(page, magazine + path):
                    found[path, scheme, viewport["width"]] = wrong
            context.close()
    assert found == {}


def test_without_javascript_everything_can_be_read_and_searched(
    site: str, browser: Browser, browser_context_args: Any
) -> None:
    factories.article("The clock nobody sees")
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False, "viewport": PHONE})
    page = context.new_page()
    page.goto(f"{site}/search/")
    page.get_by_role("searchbox").last.fill("clock")
    page.get_by_role("searchbox").last.press("Enter")
    page.get_by_role("link", name="The clock nobody sees").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The clock nobody sees")
    expect(page.locator("article .prose p").first).to_be_visible()
    context.close()


def test_the_keyboard_reaches_the_text_first(site: str, page: Page) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#main")


def test_a_feed_opened_in_a_browser_explains_itself(site: str, page: Page) -> None:
    factories.article("Read me")
    page.goto(f"{site}/feed/")
    expect(page.get_by_text("This is a web feed.")).to_be_visible()
    expect(page.get_by_text("Back to Masthead")).to_be_visible()
    expect(page.get_by_text("Read me")).to_be_visible()
