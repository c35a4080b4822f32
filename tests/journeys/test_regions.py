"""The regions and the map of the copies in a real browser: legible on a phone and in the dark, worked with the keyboard."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from media_pipeline.models import OriginSwitch, Region, RegionCopy
from media_pipeline.regions import wanted
from tests import factories
from tests.harness.axe import COLOURS, violations
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_uploads import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LIST = "/admin/media_pipeline/region/"
MAP = f"{LIST}map/"


@pytest.fixture
def desk(site: str, page: Page, chief: User) -> Page:
    """Eight regions in every state, and recordings in every state in them."""
    now = timezone.now()
    for slug in ("cape-town", "mumbai", "oregon", "sydney"):
        factories.region(slug, probed_at=now)
    factories.region("frankfurt", down_since=now, failures=2, problem="Nobody answers there.")
    factories.region("tokyo", weight=0, probed_at=now)
    factories.region("ohio", enabled=False)
    factories.region("sao-paulo", failures=1, problem="Late.")
    for number in range(12):
        factories.recording(name=f"Lecture {number}: what the water in five cities says of their politics")
    wanted.agree()
    RegionCopy.objects.exclude(region__slug="mumbai").update(state="verified")
    RegionCopy.objects.filter(region__slug="oregon", pk__lt=RegionCopy.objects.order_by("pk")[30].pk).update(
        state="wrong"
    )
    RegionCopy.objects.filter(region__slug="sydney").update(state="missing", tries=2)
    signed_in(page.context, site, chief)
    return page


def test_they_fit_and_are_accessible(desk: Page, site: str, no_errors: list[str]) -> None:
    """In the light everything is asked, in the dark what colours change."""
    region = Region.objects.get(slug="frankfurt")
    for path in (LIST, MAP, f"{MAP}?show=drift&region=mumbai", f"{LIST}{region.pk}/change/", f"{LIST}add/"):
        desk.goto(site + path)
        for size in (PHONE, DESK):
            desk.set_viewport_size({"width": size["width"], "height": size["height"]})
            desk.emulate_media(color_scheme="light")
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert violations(desk) == [], path
            desk.emulate_media(color_scheme="dark")
            assert violations(desk, *COLOURS) == [], path


def test_names_stay_in_sight_while_the_map_is_moved(desk: Page, site: str, no_errors: list[str]) -> None:
    desk.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    desk.goto(site + MAP)
    box = desk.get_by_role("region", name="12 recordings")
    box.focus()
    for _ in range(12):
        box.press("ArrowRight")
        box.press("ArrowDown")
    expect(desk.get_by_role("columnheader", name="Tokyo")).to_be_in_viewport()
    expect(desk.get_by_role("rowheader").nth(6)).to_be_in_viewport()


def test_the_origin_is_switched_with_the_keyboard_after_a_question(
    desk: Page, site: str, no_errors: list[str]
) -> None:
    desk.goto(site + MAP)
    desk.get_by_text("Serve everything from the origin").press("Enter")
    desk.get_by_label("Why:").fill("Frankfurt burns.")
    desk.get_by_label("Why:").press("Enter")
    expect(desk.get_by_role("dialog", name="Serve everybody from the origin")).to_be_visible()
    assert not OriginSwitch.objects.exists()
    desk.get_by_role("dialog").get_by_role("button", name="Switch").press("Enter")
    expect(desk.get_by_role("heading", name="Everything is served from the origin")).to_be_visible()
    expect(desk.get_by_text("by Carla Chief: “Frankfurt burns.”")).to_be_visible()
    assert violations(desk) == []


def test_a_region_is_taken_out_after_a_question(desk: Page, site: str, no_errors: list[str]) -> None:
    desk.goto(site + LIST)
    desk.get_by_role("row", name="Oregon").get_by_role("checkbox").check()
    desk.get_by_label("Action:").select_option("disable")
    desk.get_by_role("button", name="Run").click()
    expect(desk.get_by_role("heading", name="Disable Oregon?")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("button", name="Disable").click()
    expect(desk.get_by_text("Oregon is disabled.")).to_be_visible()
    assert not Region.objects.get(slug="oregon").enabled
