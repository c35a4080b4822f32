"""The front page in a real browser: composed for a time, with and without it being wrong; and the page that is gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pages.front import composition
from pages.models import FrontPageSlot
from publishing import workflow
from tests import factories
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_desk import axe, desk

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
__all__ = ["desk"]


def test_a_lead_is_scheduled_corrected_and_removed(site: str, desk: Page, no_errors: list[str]) -> None:
    factories.article("High water")
    factories.article("Low water")
    desk.goto(f"{site}/admin/pages/frontpageslot/")
    row = desk.locator(".timed-slots tbody tr").first
    row.locator(".select2-selection").click()
    desk.locator(".select2-search__field").last.fill("High")
    desk.locator(".select2-results__option", has_text="High water").click()
    begin = timezone.now() + timedelta(days=3)
    row.get_by_label("From").fill(begin.strftime("%Y-%m-%dT08:00"))
    row.get_by_label("Until").fill(begin.strftime("%Y-%m-%dT07:00"))
    desk.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("It would end before it begins")
    axe(desk)
    row.get_by_label("Until").fill((begin + timedelta(days=1)).strftime("%Y-%m-%dT07:00"))
    desk.get_by_role("button", name="Save").click()
    expect(row).to_contain_text(f"Shows from {begin:%-d %b}, 08:00, until")
    lead, _, _ = composition()
    assert lead
    assert lead.title == "Low water", "not yet"
    axe(desk)
    row.get_by_label("Remove").check()
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Shows from")).to_have_count(0)
    assert FrontPageSlot.objects.count() == 0


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_form_and_the_page_that_is_gone_fit_and_can_be_used_by_everybody(
    site: str, desk: Page, size: Any
) -> None:
    article = factories.article(
        "A headline that is rather long, as they tend to be when nobody watches", slug="gone"
    )
    begin = timezone.now() - timedelta(days=1)
    FrontPageSlot.objects.create(item=article.item, place="lead", from_at=begin)
    FrontPageSlot.objects.create(
        item=article.item, place="lead", from_at=begin - begin.resolution, until_at=begin
    )
    desk.set_viewport_size(size)
    desk.goto(f"{site}/admin/pages/frontpageslot/")
    axe(desk)
    assert fits(desk)
    workflow.take_down(article, by=None, why="Wrong")
    answer = desk.goto(f"{site}/articles/gone/")
    assert answer
    assert answer.status == 410
    axe(desk)
    assert fits(desk)


def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
