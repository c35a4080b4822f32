"""The editors' desk in a real browser: it fits a phone, is accessible, and several articles are approved by keyboard."""

from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from articles.models import Article
from publishing import workflow
from publishing.models import SavedSearch
from tests import factories
from tests.harness.axe import violations
from tests.journeys.conftest import DESK, PHONE
from tests.publishing.test_desk import draft, submitted

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(site: str, page: Page, author: User, editor: User) -> Page:
    """An editor at a desk on which there is something of each kind."""
    now = timezone.now()
    for number in range(3):
        submitted(f"Tides, part {number}", author, due_on=timezone.localdate() - timedelta(days=number))
        workflow.publish(draft(f"Fog, part {number}", author), by=None, at=now + timedelta(hours=number + 1))
    factories.article("Packaging without tears: what twelve years of wheels have taught us about software")
    SavedSearch.objects.create(user=editor, kind="article", name="In review", query="state=in_review")
    client = Client()
    client.force_login(editor)
    session = client.cookies[site_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": site_settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    return page


def test_the_desk_fits_and_is_accessible(desk: Page, site: str, no_errors: list[str]) -> None:
    for path in ("/admin/", "/admin/calendar/", "/admin/articles/article/?state=draft"):
        desk.goto(site + path)
        for size in (PHONE, DESK):
            desk.set_viewport_size({"width": size["width"], "height": size["height"]})
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert violations(desk) == [], path


def test_several_are_approved_and_that_is_undone_with_the_keyboard_alone(
    desk: Page, site: str, no_errors: list[str]
) -> None:
    desk.goto(f"{site}/admin/articles/article/")
    desk.get_by_role("link", name="In review", exact=True).first.press("Enter")
    desk.locator("#action-toggle").press("Space")
    desk.get_by_label("Action:").press("A")
    desk.get_by_label("Action:").select_option("approve")
    desk.get_by_role("button", name="Run").press("Enter")
    desk.get_by_role("button", name="Approve: 3 articles").press("Enter")
    expect(desk.get_by_text("3 articles approved.")).to_be_visible()
    assert Article.objects.filter(stage="approved").count() == 3
    desk.get_by_role("link", name="Undo").press("Enter")
    desk.get_by_role("button", name="Undo").press("Enter")
    expect(desk.get_by_text("Undone: 3 of 3.")).to_be_visible()
    assert Article.objects.filter(stage="in_review").count() == 3
