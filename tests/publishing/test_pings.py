"""A WebSub hub hears of news, once and with the feeds that have it; without a hub nobody is told."""

from typing import Any

import pytest

from accounts.models import User
from core import work
from core.models import Work
from publishing import jobs, workflow
from tests import factories
from tests.harness.sites import Answer, Site
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hub(settings: Any) -> Any:
    with Site() as site:
        settings.WEBSUB_HUB = site.answer("/hub", 204)
        yield site


def run() -> Work:
    row = Work.objects.get(kind="publishing.ping")
    work.run(row.pk)
    row.refresh_from_db()
    return row


def test_what_went_live_is_told_once_with_its_feeds(hub: Any) -> None:
    topic, ana = factories.topic("Tides"), factories.person("Ana")
    factories.article(slug="news", section=factories.section("Science"), about=[topic], by=[ana])
    jobs.announce_due()
    jobs.announce_due()
    assert Work.objects.get(kind="publishing.ping").payload["feeds"] == [
        "/feed/",
        "/articles/feed/",
        "/articles/sections/science/feed/",
        "/topics/tides/feed/",
        "/people/ana/feed/",
    ]
    assert run().state == Work.State.DONE
    assert hub.asked() == ["POST /hub"]


def test_edits_are_news_and_a_new_address_alone_is_none(hub: Any, publisher: User) -> None:
    article = factories.article("Old")
    edit(article, publisher, slug="elsewhere")
    workflow.publish_edits(article, publisher)
    assert not Work.objects.filter(kind="publishing.ping").exists()
    edit(article, publisher, body="New words.")
    workflow.publish_edits(article, publisher)
    assert run().state == Work.State.DONE


def test_a_hub_that_is_away_is_asked_again_and_one_that_refuses_is_not(hub: Any) -> None:
    hub.answer("/hub", Answer(503), Answer(400))
    factories.article()
    jobs.announce_due()
    row = run()
    assert (row.state, row.problem) == (Work.State.WAITING, "The hub answered 503.")
    Work.objects.filter(pk=row.pk).update(next_try_at=row.created_at)
    assert (run().state, len(hub.asked())) == (Work.State.PARKED, 2)


def test_without_a_hub_and_for_a_page_nobody_is_told(settings: Any) -> None:
    factories.article()
    settings.WEBSUB_HUB = "http://127.0.0.1:9/"
    factories.static_page()
    settings.WEBSUB_HUB = ""
    jobs.announce_due()
    assert not Work.objects.filter(kind="publishing.ping").exists()


def test_a_feed_names_its_hub(client: Any, settings: Any) -> None:
    settings.WEBSUB_HUB = "https://hub.example/"
    assert '<atom:link href="https://hub.example/" rel="hub"/>' in client.get("/feed/").text
