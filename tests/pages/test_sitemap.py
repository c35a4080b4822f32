from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from publishing import workflow
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_names_what_readers_can_see_and_nothing_before_its_time(client: Client) -> None:
    known, secret = factories.topic("Known"), factories.topic("Secret")
    live = factories.article("Live", about=[known])
    later = factories.article("Later", about=[secret], at=timezone.now() + timedelta(days=1))
    published, lists = (
        client.get("/sitemap-published.xml").text,
        client.get("/sitemap-lists.xml").text,
    )
    assert live.get_absolute_url() in published
    assert later.get_absolute_url() not in published
    assert known.get_absolute_url() in lists
    assert secret.get_absolute_url() not in lists


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-published.xml"])
def test_whoever_asks_by_date_gets_what_was_taken_down_since(client: Client, path: str) -> None:
    """By the newest entry's date an older sitemap would look unchanged when that entry is gone."""
    factories.article("Stays", at=timezone.now() - timedelta(days=9))
    gone = factories.article("Goes")
    before = client.get(path).headers.get("Last-Modified", "")
    workflow.unpublish(gone, by=None)
    assert client.get(path, headers={"If-Modified-Since": before}).status_code == 200
