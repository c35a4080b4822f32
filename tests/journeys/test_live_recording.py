"""The page of a live recording in a browser of another zone: the moment, the countdown, the wish and its undo."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from episodes.models import LiveRecording
from tests import factories
from tests.harness.axe import violations

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_visitor_sees_their_own_time_and_asks_to_be_told(
    site: str, browser: Browser, no_errors: list[str]
) -> None:
    starts = timezone.now().replace(microsecond=0) + timedelta(minutes=30)
    show = factories.show("Show", slug="show", artwork=None)
    found = LiveRecording.objects.create(show=show, title="An evening", starts_at=starts)
    context = browser.new_context(viewport={"width": 390, "height": 844}, timezone_id="Asia/Kolkata")
    page = context.new_page()

    page.goto(f"{site}{found.get_absolute_url()}")
    there = starts + timedelta(hours=5, minutes=30)
    expect(page.locator("live-countdown time")).to_contain_text(f"{there:%H:%M} GMT+5:30")
    expect(page.locator("live-countdown time")).to_have_attribute(
        "title", f"{starts:%A, %-d %B %Y, %H:%M} UTC"
    )
    expect(page.locator(".live-left")).to_contain_text("In 29 minutes")
    assert violations(page) == []

    page.get_by_label("Your e-mail address").fill("rita@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("It is noted")
    assert found.wishes.count() == 1
    assert violations(page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("h1")).to_have_text("It is taken back")
    assert found.wishes.count() == 0
    context.close()
