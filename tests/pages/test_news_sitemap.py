"""https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap"""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from config.sitemaps import NewsSitemap
from core import caching
from publishing import workflow
from publishing.models import Publication
from search.models import IndexEntry
from tests import factories

pytestmark = pytest.mark.django_db
PATH = "/sitemap-news.xml"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def hours_ago(number: float) -> datetime:
    return timezone.now() - timedelta(hours=number)


def listed(client: Client) -> list[dict[str, str]]:
    """Each entry with its texts by the name of their element."""
    answer = client.get(PATH)
    assert answer.status_code == 200
    urls = ET.fromstring(answer.content).findall(f"{SITEMAP}url")
    return [{part.tag.rpartition("}")[2]: (part.text or "").strip() for part in url.iter()} for url in urls]


def titles(client: Client) -> list[str]:
    return [entry["title"] for entry in listed(client)]


def test_an_entry_says_what_the_protocol_asks_for(client: Client) -> None:
    Publication.objects.create(name="The Okapi")
    moment = hours_ago(1).replace(microsecond=123456)
    factories.article("Low *water*", slug="low-water", at=moment)
    answer = client.get(PATH)
    assert answer.headers["Content-Type"] == "application/xml"
    (entry,) = listed(client)
    assert datetime.fromisoformat(entry.pop("publication_date")) == moment.replace(microsecond=0)
    assert entry == {
        "url": "",
        "news": "",
        "publication": "",
        "loc": "http://testserver/articles/low-water/",
        "name": "The Okapi",
        "language": "en",
        "title": "Low water",
    }
    (url,) = ET.fromstring(answer.content)
    assert [part.tag for part in url] == [f"{SITEMAP}loc", f"{NEWS}news"]
    assert [part.tag for part in url[1]] == [f"{NEWS}publication", f"{NEWS}publication_date", f"{NEWS}title"]


def test_it_names_what_is_news_and_live_and_two_days_old_at_most_newest_first(client: Client) -> None:
    factories.article("Yesterday", at=hours_ago(24))
    factories.article("Almost two days ago", at=hours_ago(47))
    factories.article("Two days ago", at=hours_ago(48.1))
    factories.article("Tomorrow", at=hours_ago(-24))
    factories.article("Draft", published=False)
    factories.static_page("A page")
    over, gone = (
        factories.article("Expired", at=hours_ago(2)),
        factories.article("Taken down", at=hours_ago(2)),
    )
    workflow.set_expiry(over, by=None, at=hours_ago(1))
    workflow.take_down(gone, by=None, why="Wrong")
    factories.article("Now")
    assert titles(client) == ["Now", "Yesterday", "Almost two days ago"]


def test_a_kept_page_names_nothing_older_than_two_days() -> None:
    """By the longest time a page is kept, what is nearly too old is left out already."""
    assert NewsSitemap.newest + timedelta(seconds=caching.LIFETIME) == timedelta(hours=48)


HOSTILE = "<b>&amp;</news:title>]]> \"quoted\" 'so' \x01\x0b\ufffe \N{ZEBRA FACE}"


def test_hostile_words_stay_words(client: Client) -> None:
    Publication.objects.create(name="A & B <c> \x02")
    factories.article(HOSTILE)
    factories.article("&#1;&#60;script&#62;")
    bad = "\N{REPLACEMENT CHARACTER}"
    assert titles(client) == [
        f"{bad}<script>",
        f"<b>&</news:title>]]> “quoted” ‘so’ {bad * 3} \N{ZEBRA FACE}",
    ]
    assert {entry["name"] for entry in listed(client)} == {"A & B <c>"}
    assert b"<script" not in client.get(PATH).content


def test_a_thousand_at_most(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert NewsSitemap.limit == 1_000
    monkeypatch.setattr(NewsSitemap, "limit", 2)
    for number in (3, 2, 1):
        factories.article(f"{number} hours ago", at=hours_ago(number))
    assert titles(client) == ["1 hours ago", "2 hours ago"]
    assert client.get(f"{PATH}?p=2").status_code == 404


def test_it_is_in_the_index_of_sitemaps_even_when_it_is_empty(client: Client) -> None:
    assert "http://testserver/sitemap-news.xml" in client.get("/sitemap.xml").text
    assert listed(client) == []


@pytest.mark.parametrize("number", [1, 30])
def test_queries_of_a_cold_page(client: Client, number: int) -> None:
    for _ in range(number):
        factories.article()
    caching.push()
    with CaptureQueriesContext(connection) as captured:
        assert len(listed(client)) == number
    assert len(captured) == 3


@pytest.mark.django_db(transaction=True)
def test_it_is_kept_whole_and_known_by_its_etag(client: Client) -> None:
    article = factories.article("First")
    known = client.get(PATH)
    assert known.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PATH, headers={"If-None-Match": known.headers["ETag"]}).status_code == 304
    assert len(captured) == 0
    workflow.unpublish(article, by=None)
    assert client.get(PATH, headers={"If-None-Match": known.headers["ETag"]}).status_code == 200


def test_a_kind_says_itself_whether_it_is_news(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.article("No news any more")
    assert IndexEntry.objects.live().count() == 1
    monkeypatch.setattr(Article, "is_news", False)
    assert listed(client) == []
