"""What has expired is nowhere, on time, while nothing runs."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import views
from articles.models import Article
from core import caching, invariants
from core.page_cache import PageCacheMiddleware
from publishing import workflow
from publishing.jobs import announce_due
from publishing.models import EditorialEvent
from search.items import choosable
from search.models import IndexEntry
from tests import factories
from tests.harness.pace import enough_for
from tests.publishing.surfaces import World, forget_pages, world

pytestmark = pytest.mark.django_db(transaction=True)


def seconds(number: float) -> datetime:
    return timezone.now() + timedelta(seconds=number)


def is_kept_until(moment: datetime | None) -> bool:
    """Whether a page that is made now is."""
    assert moment
    before, found, after = timezone.now(), caching.lifetime(0), timezone.now()
    return moment - after <= timedelta(seconds=found) <= moment - before


def wait_for(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - timezone.now()).total_seconds()) + 0.05)


def test_it_leaves_every_page_on_time_although_they_are_kept(client: Client) -> None:
    everything = world()
    end = seconds(enough_for(lambda: everything.showing(client)))
    workflow.set_expiry(everything.goes, by=None, at=end)
    assert everything.showing(client) == everything.addresses(), "made"
    assert everything.showing(client) == everything.addresses(), "kept"
    assert timezone.now() < end, "the machine was too slow for this test"
    wait_for(end)
    assert everything.showing(client) == []
    forget_pages()
    assert everything.showing(client) == []
    assert client.get("/articles/stays/").status_code == 200


def test_it_comes_back_at_once_when_it_need_not_expire_any_more(client: Client) -> None:
    everything = world()
    workflow.set_expiry(everything.goes, by=None, at=seconds(-1))
    assert everything.showing(client) == []
    workflow.set_expiry(everything.goes, by=None, at=None)
    assert everything.showing(client) == everything.addresses()


def test_an_old_address_leads_nowhere_once_it_has_expired(client: Client) -> None:
    article = factories.article(slug="here")
    workflow.remember_path(article, "/there/")
    assert client.get("/there/").status_code == 301
    workflow.set_expiry(article, by=None, at=seconds(-1))
    assert client.get("/there/").status_code == 404
    assert client.get("/articles/here/").status_code == 404


def test_a_static_page_expires_too(client: Client) -> None:
    page = factories.static_page("Terms", slug="terms", body="Until tomorrow")
    assert client.get("/terms/").status_code == 200
    workflow.set_expiry(page, by=None, at=timezone.now())
    assert client.get("/terms/").status_code == 404
    assert "Terms" not in client.get("/search/?q=tomorrow").text


@pytest.mark.parametrize(
    "path", ["/feed/", "/topics/zoology/feed/", "/sitemap-published.xml", "/sitemap-news.xml"]
)
def test_whoever_asks_by_date_does_not_keep_what_has_expired_since(client: Client, path: str) -> None:
    everything = world()
    end = seconds(2 + enough_for(lambda: client.get(path)))  # headers tell whole seconds
    workflow.set_expiry(everything.goes, by=None, at=end)
    known = client.get(path)
    assert "/articles/goes/" in known.text
    wait_for(end)
    asked = {"If-Modified-Since": known.headers.get("Last-Modified", "")}
    assert client.get(path, headers=asked).status_code == 200
    again = client.get(path, headers={"If-None-Match": known.headers["ETag"]})
    assert again.status_code == 200
    assert "/articles/goes/" not in again.text


def test_what_expires_while_a_page_is_made_is_not_kept(client: Client) -> None:
    factories.article("Stays")
    end = seconds(enough_for(lambda: views.articles(RequestFactory().get("/articles/"))))
    workflow.set_expiry(factories.article("Goes in a moment"), by=None, at=end)

    def slow(request: HttpRequest) -> HttpResponse:
        response = views.articles(request)
        wait_for(end)
        return response

    assert b"Goes in a moment" in PageCacheMiddleware(slow)(RequestFactory().get("/articles/")).content
    time.sleep(0.01)
    assert b"Goes in a moment" not in client.get("/articles/").content


def test_what_was_over_before_anybody_looked_is_never_announced() -> None:
    article = factories.article(at=seconds(-60))
    workflow.set_expiry(article, by=None, at=seconds(-30))
    announce_due()
    assert Article.objects.get().announced_at is None
    assert not EditorialEvent.objects.filter(action=EditorialEvent.Action.WENT_LIVE).exists()


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_process_with_a_wrong_clock_neither_hides_nor_shows_it(client: Client, minutes: int) -> None:
    everything = world()
    workflow.set_expiry(everything.goes, by=None, at=seconds(300))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
        assert client.get("/articles/goes/").status_code == 200
        assert "/articles/goes/" in client.get("/").text
    over = factories.article("Over", slug="over")
    workflow.set_expiry(over, by=None, at=seconds(-1))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
        assert client.get("/articles/over/").status_code == 404
        assert "/articles/over/" not in client.get("/").text


def test_a_page_is_kept_until_the_next_publication_or_expiry_whichever_comes_first() -> None:
    article = factories.article()
    assert caching.lifetime(0) == caching.LIFETIME
    over, soon, later = seconds(50), seconds(100), seconds(300)
    workflow.set_expiry(article, by=None, at=later)
    assert is_kept_until(later)
    factories.article(at=soon)
    assert is_kept_until(soon)
    workflow.set_expiry(article, by=None, at=over)
    assert is_kept_until(over)
    workflow.set_expiry(article, by=None, at=seconds(-2))
    assert is_kept_until(soon), "what is past does not matter"
    assert caching.lifetime(age=5) < 0.01, "but for a page that was begun before"


def test_how_long_a_page_is_kept_is_one_question() -> None:
    with CaptureQueriesContext(connection) as captured:
        caching.lifetime(0)
    assert len(captured) == 1


def test_what_has_expired_is_named_so_where_editors_choose() -> None:
    article = factories.article("Was good")
    workflow.set_expiry(article, by=None, at=seconds(-1))
    factories.article("Is good")
    assert [str(item) for item in choosable()] == ["Is good", "Was good (expired)"]


def test_an_index_that_does_not_know_of_the_expiry_is_found_out() -> None:
    article = factories.article()
    workflow.set_expiry(article, by=None, at=seconds(600))
    IndexEntry.objects.update(expires_at=None)
    (verdict,) = [verdict for verdict in invariants.examine() if verdict.violations]
    assert len(verdict.violations) == 1
    assert "its expiry is" in verdict.violations[0]


def test_it_cannot_expire_before_it_begins() -> None:
    article = factories.article(at=seconds(600))
    with pytest.raises(ValidationError, match="before it appears"):
        workflow.set_expiry(article, by=None, at=seconds(300))


@pytest.fixture
def later() -> World:
    """A world whose article is both to come and to go."""
    everything = world()
    workflow.publish(everything.goes, by=None, at=seconds(600))
    workflow.set_expiry(everything.goes, by=None, at=seconds(900))
    return everything


def test_what_is_to_come_and_to_go_is_not_there_yet(client: Client, later: World) -> None:
    assert later.showing(client) == []
    assert is_kept_until(Article.objects.get(pk=later.goes.pk).published_at)
