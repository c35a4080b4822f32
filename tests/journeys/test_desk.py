"""An editor at work, in a real browser: writing, choosing pictures, ordering bylines, previewing, publishing, moving."""

import io
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Dialog, FilePayload, Page, expect

from accounts.models import User
from articles.models import Article
from tests import factories
from tests.harness.axe import violations

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(site: str, page: Page, publisher: User) -> Page:
    client = Client()
    client.force_login(publisher)
    session = client.cookies[site_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": site_settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


@pytest.fixture
def anonymous(browser: Browser) -> Any:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def picture(colour: str) -> FilePayload:
    data = io.BytesIO()
    Image.new("RGB", (800, 500), colour).save(data, "PNG")
    return {"name": f"{colour}.png", "mimeType": "image/png", "buffer": data.getvalue()}


def upload(page: Page, colour: str, words: str) -> None:
    picker = page.locator("image-picker")
    picker.get_by_text("Upload a new one").click()
    picker.get_by_label("File").set_input_files(picture(colour))
    picker.locator("form.upload").get_by_label("What it shows").fill(words)
    picker.locator("form.upload").get_by_label("Credit").fill("Ana Author")
    picker.get_by_role("button", name="Upload", exact=True).click()


def choose(page: Page, row: int, name: str) -> None:
    """The person of a byline, by typing as much of the name as is needed."""
    page.locator(f"#bylines-{row} .select2-selection").click()
    page.locator(".select2-search__field").last.fill(name)
    page.locator(".select2-results__option", has_text=name).click()


def axe(page: Page) -> None:
    assert violations(page) == []


def test_an_article_from_the_first_word_to_a_new_address(
    site: str, desk: Page, anonymous: Page, no_errors: list[str]
) -> None:
    section = factories.section("Water")
    factories.person("Maria Mole")
    factories.person("Nils Net")

    desk.goto(f"{site}/admin/")
    desk.get_by_role("link", name="Write an article").click()
    desk.get_by_label("Headline:").fill("Why the tide tables lie")
    desk.get_by_label("Standfirst:").fill("A harbour master explains.")

    text = desk.get_by_label("Body:")
    text.fill("The water came early.\n\n## At night\n\nNobody saw it.")
    shown = desk.frame_locator("markdown-editor iframe").locator("#preview")
    expect(shown.get_by_role("heading", name="At night")).to_be_visible()
    expect(desk.locator("markdown-editor output")).to_have_text("9 words")
    text.evaluate("field => field.setSelectionRange(4, 9)")
    text.press("Control+b")
    expect(shown.locator("strong")).to_have_text("water")
    text.press("Control+i")
    expect(shown.locator("strong em, em strong")).to_have_text("water")
    text.press("Control+i")
    expect(shown.locator("em")).to_have_count(0)
    text.evaluate("field => field.setSelectionRange(field.value.length, field.value.length)")
    desk.get_by_role("button", name="Image", exact=True).click()
    upload(desk, "sienna", "A brown field")
    desk.get_by_label("Caption", exact=True).fill('The "field"')
    desk.get_by_role("button", name="Insert").click()
    expect(shown.get_by_alt_text("A brown field")).to_be_visible()
    expect(shown.locator("figcaption")).to_have_text("The “field” Ana Author")

    choose(desk, 0, "Maria Mole")
    desk.get_by_text("Add another Byline").click()
    choose(desk, 1, "Nils Net")
    desk.locator("#id_bylines-1-role").fill("Interview")
    desk.locator("#bylines-1").get_by_role("button", name="Move up").click()
    desk.get_by_role("button", name="Open the library").click()
    upload(desk, "navy", "A blue field")
    expect(desk.locator("image-field img.thumbnail")).to_have_attribute("alt", "A blue field")
    desk.get_by_label("Section:").select_option(label="Water")
    axe(desk)

    with desk.context.expect_page() as opened:
        text.press("Control+Enter")
    preview = opened.value
    expect(preview.locator(".preview-bar")).to_contain_text("readers do not get it")
    expect(preview.get_by_role("heading", level=1)).to_have_text("Why the tide tables lie")
    assert preview.get_by_text("Nils Net").count() > 0
    preview.close()

    article = Article.objects.get()
    assert [(credit.person.name, credit.role) for credit in article.credits] == [
        ("Nils Net", "Interview"),
        ("Maria Mole", ""),
    ]
    anonymous.goto(site)
    expect(anonymous.get_by_text("Why the tide tables lie")).to_have_count(0)

    desk.get_by_role("button", name="Publish …").click()
    desk.get_by_role("button", name="Publish", exact=True).click()
    expect(desk.locator(".messagelist")).to_contain_text("Published. See it on the site")
    for path in ("/", section.get_absolute_url(), "/feed/", "/search/?q=tide"):
        anonymous.goto(site + path)
        assert "Why the tide tables lie" in anonymous.content(), path
    anonymous.goto(f"{site}/articles/why-the-tide-tables-lie/")
    expect(anonymous.get_by_alt_text("A blue field").first).to_be_visible()

    desk.get_by_role("link", name="Go on writing").click()
    desk.get_by_text("Small print").click()
    desk.get_by_label("Slug:").fill("tides")
    desk.get_by_label("Headline:").fill("Why tide tables are right")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".standing")).to_contain_text("Edits wait. Readers still get version 1")
    anonymous.goto(f"{site}/articles/why-the-tide-tables-lie/")
    expect(anonymous.get_by_role("heading", level=1)).to_have_text("Why the tide tables lie")
    desk.get_by_role("button", name="Publish the edits …").click()
    desk.get_by_role("button", name="Publish the edits", exact=True).click()
    expect(desk.locator(".messagelist")).to_contain_text("Published.")
    anonymous.goto(f"{site}/articles/why-the-tide-tables-lie/")
    expect(anonymous).to_have_url(f"{site}/articles/tides/")
    expect(anonymous.get_by_role("heading", level=1)).to_have_text("Why tide tables are right")


def test_unsaved_words_are_not_left_behind_unasked(site: str, desk: Page) -> None:
    """Where nothing keeps them; what is written about an article is kept."""
    section = factories.section("Water")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    desk.on("dialog", stay)
    form = f"{site}/admin/articles/section/{section.pk}/change/"
    desk.goto(form)
    desk.wait_for_timeout(300)
    desk.get_by_label("Name:").click()
    desk.goto(f"{site}/admin/")
    assert asked == []
    desk.goto(form)
    desk.wait_for_timeout(300)
    desk.get_by_label("Name:").press_sequentially("Very ")
    desk.goto(f"{site}/admin/")
    assert asked == ["beforeunload"]


def test_a_preview_of_a_form_with_errors_opens_nothing(site: str, desk: Page) -> None:
    article = factories.article("Low water", published=False)
    desk.goto(f"{site}/admin/articles/article/{article.pk}/change/")
    desk.get_by_label("Headline:").fill("")
    desk.get_by_role("button", name="Save and preview").click()
    expect(desk.locator(".errornote")).to_be_visible()
    desk.wait_for_timeout(300)
    assert len(desk.context.pages) == 1


def test_rows_are_dragged_and_removed_without_losing_any(site: str, desk: Page, no_errors: list[str]) -> None:
    people = [factories.person(name) for name in ("Ana", "Ben", "Cem")]
    article = factories.article(by=people, published=False)
    desk.goto(f"{site}/admin/articles/article/{article.pk}/change/")
    choose(desk, 3, "Ana")
    desk.locator("#id_bylines-3-role").fill("Photographs")
    for _ in range(3):
        desk.locator("#bylines-3").get_by_role("button", name="Move up").click()
    handle, first = desk.locator("#bylines-2 .handle"), desk.locator("#bylines-0")
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), first.bounding_box()
    assert start
    assert end
    desk.mouse.move(start["x"] + 5, start["y"] + 5)
    desk.mouse.down()
    desk.mouse.move(end["x"] + 5, end["y"] + 2, steps=5)
    desk.mouse.up()
    desk.locator("#bylines-3 .inline-deletelink").click()
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".messagelist")).to_contain_text("Saved.")
    article = Article.objects.get()
    assert [credit.person.name for credit in article.credits] == ["Cem", "Ana", "Ben"]


def test_the_front_page_is_composed_by_moving_rows(site: str, desk: Page, no_errors: list[str]) -> None:
    for name in ("Low water", "High water"):
        factories.article(name)
    desk.goto(f"{site}/admin/pages/frontpageslot/")
    for row, name in enumerate(("Low water", "High water")):
        desk.locator("tr.form-row").nth(row).locator(".select2-selection").click()
        desk.locator(".select2-search__field").last.fill(name)
        desk.locator(".select2-results__option", has_text=name).click()
    desk.locator("tr.form-row").nth(1).get_by_role("button", name="Move up").click()
    expect(desk.locator("tr.form-row .place").first).to_have_text("Lead")
    axe(desk)
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator("tr.form-row").first.locator(".select2-selection__rendered")).to_contain_text(
        "High water"
    )


def test_the_point_of_a_picture_is_set_by_a_click(site: str, desk: Page, no_errors: list[str]) -> None:
    desk.goto(f"{site}/admin/media_pipeline/mediaasset/add/")
    desk.get_by_label("Image file:").set_input_files(picture("teal"))
    desk.get_by_label("Alternative text:").fill("A field")
    desk.get_by_role("button", name="Save and continue editing").click()
    stage = desk.locator("focal-point .stage")
    box = stage.bounding_box()
    assert box
    stage.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.25})
    assert desk.locator("#id_focal_x").input_value() in ("74", "75", "76")
    assert desk.locator("#id_focal_y").input_value() in ("24", "25", "26")
    axe(desk)
