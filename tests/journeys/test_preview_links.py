"""Somebody without an account looks at a preview, says something and approves it, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from articles.models import Article
from publishing import workflow
from tests import factories
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_desk import axe, desk

__all__ = ["desk"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_guest_comments_and_approves(
    desk: Page, browser: Browser, site: str, no_errors: list[str], scripts: bool
) -> None:
    article = factories.article("Low water", published=False, body="## The moon\n\n" + "It pulls. " * 400)
    workflow.submit(article, by=None)
    desk.goto(f"{site}/admin/articles/article/{article.pk}/preview/")
    desk.get_by_role("link", name="Share").click()
    desk.get_by_label("For whom").fill("Ada")
    desk.get_by_label("look, comment and approve").check()
    desk.get_by_role("button", name="Make a link").click()
    address = desk.locator("copy-text code").inner_text()
    expect(desk.get_by_role("button", name="Copy")).to_be_visible()
    axe(desk)

    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)  # type: ignore[arg-type]
    guest = context.new_page()
    guest.goto(address)
    expect(guest.get_by_role("complementary", name="Preview")).to_contain_text("Preview for Ada: not public.")
    guest.get_by_text("Say something about it").click()
    guest.get_by_label("Your comment").fill("Why low?")
    guest.get_by_role("button", name="Send").click()
    expect(guest).to_have_url(address)
    guest.get_by_text("You said something").click()
    expect(guest.locator("blockquote")).to_have_text("Why low?")
    guest.get_by_role("button", name="Approve this version").click()
    expect(guest.get_by_text("This version is approved.")).to_be_visible()
    assert context.cookies() == []
    if scripts:
        axe(guest)

    desk.set_viewport_size(DESK)  # type: ignore[arg-type]
    desk.get_by_role("button", name="Revoke").click()
    expect(desk.locator("copy-text")).to_have_count(0)
    answer = guest.goto(address)
    assert answer is not None
    assert answer.status == 410
    expect(guest.get_by_role("heading", name="This preview is closed")).to_be_visible()
    expect(guest.get_by_text("Low water")).to_have_count(0)
    context.close()
    assert Article.objects.get().stage == "approved"
