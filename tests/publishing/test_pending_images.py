"""An image that only edits show which readers do not get yet is used, too."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from media_pipeline.models import MediaAsset
from publishing import workflow
from tests import factories
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db
URL = "/admin/media_pipeline/mediaasset/{}/delete/"


@pytest.fixture
def live() -> Article:
    return factories.article("The harbour", slug="harbour", body="The old text.")


def delete(client: Client, asset: MediaAsset) -> bool:
    """Whether it is gone then."""
    client.post(URL.format(asset.pk), {"post": "yes"})
    return not MediaAsset.objects.filter(pk=asset.pk).exists()


@pytest.mark.parametrize("place", ["body", "hero"])
def test_it_is_not_deleted_under_them(
    live: Article, publisher: User, signed_in: Callable[[User], Client], place: str
) -> None:
    shown, other = factories.image(), factories.image()
    change: dict[str, Any] = {"body": f"![A boat]({shown.reference})", "hero": shown.pk}
    edit(live, publisher, **{place: change[place]})
    desk = signed_in(publisher)
    assert "The harbour" in desk.get(URL.format(shown.pk)).text
    assert not delete(desk, shown)
    assert delete(desk, other)
    workflow.discard_edits(live, publisher)
    assert delete(desk, shown)


def test_it_is_not_deleted_under_edits_that_have_a_date(
    live: Article, publisher: User, signed_in: Callable[[User], Client]
) -> None:
    shown = factories.image()
    edit(live, publisher, body=f"![A boat]({shown.reference})")
    workflow.publish_edits(live, publisher, timezone.now() + timedelta(hours=1))
    edit(live, publisher, body="Without the boat.")
    assert not delete(signed_in(publisher), shown)


def test_numbers_that_begin_alike_are_other_images(
    live: Article, publisher: User, signed_in: Callable[[User], Client]
) -> None:
    image = factories.image()
    edit(live, publisher, body=f"![A boat](asset:{image.pk}7)")
    assert delete(signed_in(publisher), image)


def test_somebody_who_may_not_see_the_article_learns_only_that_there_is_one(
    live: Article, publisher: User, author: User, signed_in: Callable[[User], Client]
) -> None:
    shown = factories.image(created_by=author)
    edit(live, publisher, hero=shown.pk)
    page = signed_in(author).get(f"/admin/media_pipeline/mediaasset/{shown.pk}/change/").text
    assert "The harbour" not in page
    assert "1 that is not yours to see" in page
