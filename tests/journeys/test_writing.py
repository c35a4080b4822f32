"""Nothing that was typed is lost: closed tabs, somebody faster, an ended session; and help while it is written."""

import base64
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Dialog, Page, expect

from accounts.models import User
from articles.models import Article
from publishing import workflow
from publishing.models import Autosave, Comment, Revision
from tests import factories
from tests.harness.axe import violations

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk_of(site: str, browser: Browser) -> Iterator[Callable[[User], Page]]:
    """A window of its own for each person; fails the test if a script did or the policy forbade something."""
    contexts, complaints = [], []

    def open_desk(user: User) -> Page:
        client = Client()
        client.force_login(user)
        session = client.cookies[site_settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": site_settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        contexts.append(context)
        return context.new_page()

    yield open_desk
    for context in contexts:
        context.close()
    assert [words for words in complaints if not words.startswith("Failed to load resource")] == []


@pytest.fixture
def draft(author: User) -> Article:
    content = factories.article("Low water", published=False, body="Mud.\n", created_by=author)
    workflow.baseline(content)
    content.refresh_from_db()
    return content


def form(site: str, article: Article) -> str:
    return f"{site}/admin/articles/article/{article.pk}/change/"


def axe(page: Page) -> None:
    assert violations(page) == []


def kept(page: Page) -> None:
    expect(page.locator("autosave-form [role=status]")).to_contain_text("Kept at")


def close_the_tab(page: Page) -> Page:
    """Without being asked anything; what opens next is another tab of the same person."""
    context = page.context
    page.close(run_before_unload=True)
    return context.new_page()


def test_a_closed_tab_loses_nothing(site: str, desk_of: Any, author: User, draft: Article) -> None:
    desk = desk_of(author)
    desk.goto(form(site, draft))
    desk.get_by_label("Body:").fill("An hour's work.")
    kept(desk)
    desk.get_by_label("Body:").press_sequentially(" And the last words.")
    desk = close_the_tab(desk)  # before the last words were kept
    desk.goto(form(site, draft))
    expect(desk.locator("unsaved-offer")).to_contain_text("did not save it")
    axe(desk)
    desk.get_by_role("link", name="Bring it back").click()
    expect(desk.get_by_label("Body:")).to_have_value("An hour's work. And the last words.")
    expect(desk.locator(".errorlist, .errornote")).to_have_count(0)
    desk.keyboard.press("Control+s")
    expect(desk.locator(".messagelist")).to_contain_text("Saved.")
    assert Article.objects.get().body == "An hour's work. And the last words."
    expect(desk.locator("unsaved-offer")).to_have_count(0)
    assert not Autosave.objects.exists()


@pytest.mark.soak
def test_something_new_comes_back_with_its_bylines(site: str, desk_of: Any, author: User) -> None:
    factories.person("Maria Mole")
    desk = desk_of(author)
    desk.goto(f"{site}/admin/articles/article/add/")
    expect(desk.get_by_label("Headline:")).to_be_focused()
    desk.keyboard.type("Why the tide tables lie")
    desk.locator("#bylines-0 .select2-selection").click()
    desk.locator(".select2-search__field").last.fill("Maria")
    desk.locator(".select2-results__option", has_text="Maria Mole").click()
    kept(desk)
    desk = close_the_tab(desk)
    desk.goto(f"{site}/admin/articles/article/add/")
    desk.get_by_role("link", name="Bring it back").click()
    expect(desk.get_by_label("Headline:")).to_have_value("Why the tide tables lie")
    expect(desk.locator("#bylines-0 .select2-selection__rendered")).to_contain_text("Maria Mole")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".messagelist")).to_contain_text("Saved.")
    assert [credit.person.name for credit in Article.objects.get().credits] == ["Maria Mole"]


def test_what_is_thrown_away_is_gone_and_what_is_undone_is_forgotten(
    site: str, desk_of: Any, author: User, draft: Article
) -> None:
    desk = desk_of(author)
    desk.goto(form(site, draft))
    desk.get_by_label("Headline:").fill("Rubbish")
    kept(desk)
    desk.reload()
    desk.get_by_role("button", name="Throw it away").click()
    expect(desk.locator("unsaved-offer")).to_have_count(0)
    assert not Autosave.objects.exists()
    desk.get_by_label("Headline:").fill("Rubbish")
    kept(desk)
    desk.get_by_label("Headline:").fill("Low water")
    expect(desk.locator("autosave-form [role=status]")).to_have_text("")
    assert not Autosave.objects.exists()


def test_the_slower_of_two_sees_the_other_and_loses_nothing(
    site: str, desk_of: Any, author: User, editor: User, draft: Article
) -> None:
    ana, edith = desk_of(author), desk_of(editor)
    ana.goto(form(site, draft))
    ana.get_by_label("Body:").fill("My own words.")
    edith.goto(form(site, draft))
    expect(edith.locator("desk-presence")).to_contain_text("Ana Author is editing too.")
    edith.get_by_label("Headline:").fill("High water")
    edith.keyboard.press("Control+s")
    expect(edith.locator(".messagelist")).to_contain_text("Saved.")
    ana.evaluate("document.querySelector('desk-presence').tell()")
    expect(ana.locator("desk-presence")).to_contain_text("Edith Editor has saved a newer version.")
    expect(ana.get_by_role("link", name="See what changed")).to_have_attribute(
        "href", f"/admin/articles/article/{draft.pk}/compare/?from=1&to=2"
    )
    ana.keyboard.press("Control+s")
    expect(
        ana.get_by_role("heading", name="Edith Editor has saved this while you were writing")
    ).to_be_focused()
    expect(ana.get_by_label("Body:")).to_have_value("My own words.")
    axe(ana)
    ana.keyboard.press("Control+s")
    expect(ana.locator(".messagelist")).to_contain_text("Saved.")
    texts = [(r.snapshot["fields"]["headline"], r.snapshot["fields"]["body"]) for r in Revision.objects.all()]
    assert texts == [("Low water", "My own words."), ("High water", "Mud.\n"), ("Low water", "Mud.\n")]


@pytest.mark.soak
def test_whoever_was_signed_out_signs_in_again_and_goes_on(
    site: str, desk_of: Any, author: User, draft: Article
) -> None:
    desk = desk_of(author)
    desk.goto(form(site, draft))
    Session.objects.all().delete()
    desk.context.clear_cookies()
    desk.get_by_label("Body:").fill("Words after the session's end.")
    expect(desk.locator("autosave-form")).to_contain_text("You are signed out.")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_label("Body:")).to_have_value("Words after the session's end.")
    client = Client()
    client.force_login(author)
    session = client.cookies[site_settings.SESSION_COOKIE_NAME].value
    desk.context.add_cookies([{"name": site_settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".messagelist")).to_contain_text("Saved.")
    assert Article.objects.get().body == "Words after the session's end."


@pytest.mark.soak
def test_what_cannot_be_kept_is_said_and_asked_about(
    site: str, desk_of: Any, author: User, draft: Article
) -> None:
    desk = desk_of(author)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    desk.on("dialog", leave)
    desk.goto(form(site, draft))
    desk.get_by_label("Headline:").fill("High water")
    kept(desk)
    desk.goto(f"{site}/admin/")
    assert asked == []
    desk.goto(form(site, draft))
    desk.context.set_offline(True)
    desk.get_by_label("Headline:").press_sequentially("Very ")
    expect(desk.locator("autosave-form")).to_contain_text("The site cannot be reached.")
    desk.context.set_offline(False)
    desk.evaluate("document.querySelector('autosave-form').notBefore = 1e15")
    desk.goto(f"{site}/admin/")
    assert asked == ["beforeunload"]


@pytest.mark.soak
def test_whoever_saves_goes_on_writing_where_they_were(
    site: str, desk_of: Any, author: User, draft: Article
) -> None:
    desk = desk_of(author)
    desk.goto(form(site, draft))
    text = desk.get_by_label("Body:")
    text.press("Control+End")
    desk.keyboard.type("Sand.")
    desk.keyboard.press("Control+s")
    expect(desk.locator("keep-place")).to_have_text("Saved.")
    expect(text).to_be_focused()
    desk.keyboard.type(" Stones.")
    expect(text).to_have_value("Mud.\nSand. Stones.")
    expect(desk.locator("keep-place")).to_have_text("")
    axe(desk)


def test_a_comment_beside_a_field_is_done_without_leaving_the_text(
    site: str, desk_of: Any, author: User, editor: User, draft: Article
) -> None:
    workflow.comment(draft, editor, "Which water?", field="headline")
    desk = desk_of(author)
    desk.goto(form(site, draft))
    desk.get_by_label("Headline:").fill("Low water in Brest")
    axe(desk)
    desk.locator(".note.comment").get_by_role("link", name="Done").click()
    expect(desk.locator(".note.comment")).to_have_count(0)
    expect(desk.get_by_label("Headline:")).to_be_focused()
    expect(desk.get_by_label("Headline:")).to_have_value("Low water in Brest")
    assert Comment.objects.get().resolved_by == author


def test_the_linter_speaks_beside_the_field_while_it_is_written(
    site: str, desk_of: Any, author: User, draft: Article
) -> None:
    desk = desk_of(author)
    desk.goto(form(site, draft))
    text = desk.get_by_label("Body:")
    text.fill("\n\n".join(["Mud."] * 40) + "\n\nTODO: more")
    note = desk.locator(".field-body .note.error")
    expect(note).to_contain_text("Stops publishing")
    expect(note).to_contain_text("TODO")
    expect(desk.locator("field-notes .summary")).to_contain_text("1 problem stops publishing")
    note.get_by_role("button", name="Line 81").click()
    expect(text).to_be_focused()
    chosen = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert text.evaluate(chosen) == "TODO"
    assert text.evaluate("field => field.scrollTop") > 300
    axe(desk)
    desk.keyboard.type("The end")
    expect(note).to_have_count(0)
    assert Article.objects.get().body == "Mud.\n"


def test_a_picture_is_dropped_into_the_text(site: str, desk_of: Any, author: User, draft: Article) -> None:
    data = io.BytesIO()
    Image.new("RGB", (800, 500), "teal").save(data, "PNG")
    desk = desk_of(author)
    desk.goto(form(site, draft))
    text = desk.get_by_label("Body:")
    text.evaluate("field => field.setSelectionRange(4, 4)")
    drop = """(field, [name, type, data]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const files = new DataTransfer();
      files.items.add(new File([bytes], name, { type }));
      field.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
    }"""
    text.evaluate(drop, ["tide.png", "image/png", base64.b64encode(data.getvalue()).decode()])
    picker = desk.locator("image-picker")
    expect(text).to_have_value("Mud.\n\n![Uploading tide.png …]()\n\n")
    words = picker.locator("form.upload").get_by_label("What it shows")
    expect(words).to_be_focused()
    picker.get_by_role("button", name="Upload", exact=True).click()
    expect(picker.get_by_role("alert")).to_contain_text("Say what the image shows")
    words.fill("A teal field")
    axe(desk)
    picker.get_by_role("button", name="Upload", exact=True).click()
    expect(picker.locator("dialog")).to_be_hidden()
    assert "](asset:" in text.input_value()
    assert "Uploading" not in text.input_value()
    shown = desk.frame_locator("markdown-editor iframe").locator("#preview")
    expect(shown.get_by_alt_text("A teal field")).to_be_visible()
    text.evaluate(drop, ["notes.txt", "text/plain", "aGk="])
    expect(desk.locator("markdown-editor .warning")).to_have_text("Only images can be put into a text.")


@pytest.mark.soak
def test_the_history_leads_back_after_a_question(
    site: str, desk_of: Any, author: User, draft: Article
) -> None:
    desk = desk_of(author)
    desk.goto(form(site, draft))
    desk.get_by_label("Headline:").fill("High water")
    desk.keyboard.press("Control+s")
    desk.get_by_role("link", name="History").click()
    axe(desk)
    desk.get_by_role("button", name="Restore version 1").click()
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Restore version 1").click()
    desk.get_by_role("button", name="Bring it back").click()
    expect(desk.locator(".messagelist")).to_contain_text("Version 1 is the newest version again.")
    expect(desk.get_by_label("Headline:")).to_have_value("Low water")


def test_from_the_form_to_the_reviewer_by_keyboard(
    site: str, desk_of: Any, author: User, draft: Article
) -> None:
    desk = desk_of(author)
    desk.goto(form(site, draft))
    desk.get_by_role("button", name="Submit for review …").press("Enter")
    expect(desk.get_by_role("heading", name="Next: submit for review")).to_be_visible()
    axe(desk)
    desk.get_by_label("A word to the reviewer").fill("Is it clear?")
    desk.get_by_role("button", name="Submit for review").press("Enter")
    expect(desk.locator(".messagelist")).to_contain_text("Submitted for review.")
    expect(desk.locator(".standing")).to_contain_text("In review.")
