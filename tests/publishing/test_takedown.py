"""What was taken down is gone, everywhere and at once, and says so."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from pages.models import FrontPageSlot
from publishing import workflow
from publishing.models import Redirect
from search.models import IndexEntry
from tests import factories
from tests.publishing.surfaces import world

pytestmark = pytest.mark.django_db(transaction=True)


def take_down(content: Article) -> Article:
    return workflow.take_down(content, by=None, why="A court said so")


def statuses(client: Client, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


def test_it_is_nowhere_at_once(client: Client) -> None:
    everything = world()
    assert everything.showing(client) == everything.addresses()
    take_down(everything.goes)
    assert everything.showing(client) == []
    assert not IndexEntry.objects.filter(item=everything.goes.item).exists()
    assert client.get("/articles/stays/").status_code == 200


def test_its_address_says_so_with_a_page_that_nobody_keeps(client: Client) -> None:
    article = factories.article(slug="goes")
    client.get("/articles/goes/")
    take_down(article)
    for _ in range(2):
        answer = client.get("/articles/goes/")
        assert answer.status_code == 410
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in answer.text
        assert "This page is gone" in answer.text
        assert not answer.cookies
        assert "ETag" not in answer.headers


def test_head_says_the_same(client: Client) -> None:
    take_down(factories.article(slug="goes"))
    answer = client.head("/articles/goes/")
    assert (answer.status_code, answer.content) == (410, b"")


def test_nothing_of_it_is_on_that_page(client: Client) -> None:
    article = factories.article(
        "A libel", slug="a-libel", standfirst="He stole.", by=[factories.person("Ana")]
    )
    take_down(article)
    page = client.get("/articles/a-libel/").text
    assert [words for words in ("libel", "stole", "Ana", "court") if words in page] == []


@pytest.mark.parametrize(
    "path", ["/articles/goes", "/blog/goes", "/blog/goes/", "/2017/goes.html", "/articles/old/"]
)
def test_every_address_it_ever_had_says_so(client: Client, path: str) -> None:
    article = factories.article(slug="old")
    article.slug = "goes"
    article.save()
    workflow.saved(article, old_path="/articles/old/")
    workflow.remember_path(article, "/blog/goes")
    workflow.remember_path(article, "/2017/goes.html")
    take_down(article)
    assert client.get(path, follow=True).status_code == 410


def test_a_query_changes_nothing(client: Client) -> None:
    take_down(factories.article(slug="goes"))
    assert (
        statuses(client, "/articles/goes/?utm_source=x", "/articles/goes/?x=1", "/articles/goes/?page=1")
        == [410] * 3
    )


def test_only_readers_are_told(client: Client) -> None:
    take_down(factories.article(slug="goes"))
    assert client.post("/articles/goes/").status_code == 405


def test_a_static_page_is_gone_too(client: Client) -> None:
    page = factories.static_page("Offer", slug="offer")
    assert client.get("/offer/").status_code == 200
    workflow.take_down(page, by=None, why="Over")
    assert client.get("/offer/").status_code == 410


def test_what_is_merely_unpublished_archived_or_deleted_is_not_found(client: Client) -> None:
    draft, archived, deleted = (factories.article(slug=slug) for slug in ("draft", "archived", "deleted"))
    workflow.unpublish(draft, by=None)
    workflow.archive(archived, by=None)
    take_down(deleted)
    assert client.get("/articles/deleted/").status_code == 410
    deleted.delete()
    assert statuses(client, "/articles/draft/", "/articles/archived/", "/articles/deleted/") == [404] * 3


def test_brought_back_and_published_it_is_there_with_the_next_request(client: Client) -> None:
    everything = world()
    workflow.remember_path(everything.goes, "/old/")
    take_down(everything.goes)
    assert statuses(client, "/articles/goes/", "/old/") == [410, 410]
    workflow.reopen(everything.goes, by=None)
    assert statuses(client, "/articles/goes/", "/old/") == [404, 404]
    workflow.publish(everything.goes, by=None)
    assert everything.showing(client) == everything.addresses()
    assert client.get("/old/").headers["Location"] == "/articles/goes/"


def test_somebody_elses_new_page_at_its_old_address_is_shown(client: Client) -> None:
    article = factories.article(slug="old")
    article.slug = "new"
    article.save()
    workflow.saved(article, old_path="/articles/old/")
    factories.article("Another one", slug="old")
    take_down(article)
    assert "Another one" in client.get("/articles/old/").text
    assert client.get("/articles/new/").status_code == 410


def test_the_front_page_passes_over_it(client: Client) -> None:
    article, other = (
        factories.article("Goes"),
        factories.article("Stays", at=timezone.now() - timedelta(days=1)),
    )
    FrontPageSlot.objects.create(item=article.item, place=FrontPageSlot.Place.LEAD)
    assert "Goes" in client.get("/").text
    take_down(article)
    assert client.get("/").context["lead"].item_id == other.item_id


def test_a_redirect_row_of_its_own_address_is_kept_for_good() -> None:
    article = factories.article(slug="goes")
    take_down(article)
    assert [(row.path, row.item) for row in Redirect.objects.all()] == [("/articles/goes/", article.item)]
