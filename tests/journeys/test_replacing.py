"""A better picture brought from a real browser: seen under the old address of the asset, and taken back."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from media_pipeline.images import ingest
from media_pipeline.models import MediaAsset, Replacement
from media_pipeline.storage import ensure_bucket
from tests.harness.axe import violations
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_uploads import choose, signed_in, words, written
from tests.media_pipeline.images.drawing import encoded, photograph
from tests.media_pipeline.test_replacing import run_all
from tests.media_pipeline.uploads.sending import work_through

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(author: User) -> MediaAsset:
    ensure_bucket()
    content = encoded(photograph(640, 400), "JPEG")
    made = ingest(content, name="House", alt="A house at a lake", created_by=author)
    run_all()
    return made


def test_a_picture_is_replaced_and_brought_back(
    site: str, page: Page, author: User, house: MediaAsset, tmp_path: Path, no_errors: list[str]
) -> None:
    signed_in(page.context, site, author)
    page.goto(site + reverse("admin:media_pipeline_mediaasset_change", args=[house.pk]))
    page.get_by_role("link", name="Replace the file").click()
    expect(page.get_by_role("heading", name="Replace “House”")).to_be_visible()
    better = written(tmp_path / "better.jpg", encoded(photograph(800, 400), "JPEG"))
    choose(page, better)
    expect(words(page, "Waiting to be checked.")).to_be_visible()
    assert violations(page) == []
    work_through()
    page.get_by_role("link", name="It takes the place of “House”").click()
    expect(page.get_by_text("takes this place as soon as everything is made of it")).to_be_visible()
    run_all()
    page.reload()
    expect(page.get_by_text("800 × 400 pixels")).to_be_visible()
    for size in (PHONE, DESK):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
    page.get_by_role("button", name="Bring the old file back").click()
    expect(page.get_by_text("The old file is back.")).to_be_visible()
    expect(page.get_by_text("640 × 400 pixels")).to_be_visible()
    assert Replacement.objects.done().count() == 2
