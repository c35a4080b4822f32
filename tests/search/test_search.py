import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from publishing import workflow
from search.finding import highlight
from search.models import IndexEntry
from tests import factories
from tests.shared import DATA

pytestmark = pytest.mark.django_db


def found(client: Client, query: str) -> list[str]:
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    return [entry.title for entry in response.context["page"]]


def test_finds_words_in_headline_standfirst_text_people_and_topics(client: Client) -> None:
    factories.article(
        "Zebras",
        standfirst="About okapis.",
        body="And some giraffes.",
        by=[factories.person("Wilhelmina")],
        about=[factories.topic("Savannah")],
    )
    factories.article("Nothing of the kind")
    for word in ("zebra", "okapi", "giraffe", "wilhelmina", "savannah"):
        assert found(client, word) == ["Zebras"]


def test_a_match_in_the_headline_comes_first(client: Client) -> None:
    factories.article("Of other things", body="A word about zebras.")
    factories.article("Zebras")
    assert found(client, "zebras") == ["Zebras", "Of other things"]


def test_accents_do_not_matter(client: Client) -> None:
    factories.article("Café Müller")
    assert found(client, "cafe muller") == ["Café Müller"]
    assert found(client, "café") == ["Café Müller"]


def test_drafts_scheduled_and_unpublished_articles_are_not_found(client: Client) -> None:
    factories.article("Secret draft", published=False)
    factories.article("Secret plan", at=timezone.now() + timedelta(days=1))
    workflow.unpublish(factories.article("Secret past"), by=None)
    factories.article("Secret no more")
    assert found(client, "secret") == ["Secret no more"]


def test_a_snippet_shows_the_match_and_escapes_everything_else(client: Client) -> None:
    factories.article("Safe", body="A `<img src=x onerror=alert(1)>` needle `<script>`.")
    page = client.get("/search/", {"q": "needle"}).text
    assert "<mark>needle</mark>" in page
    assert "<img src=x" not in page
    assert "onerror=alert(1)&gt;" in page


@pytest.mark.parametrize(
    ("snippet", "html"),
    [
        ("A \ue000whole\ue001 sentence.", "A <mark>whole</mark> sentence."),
        ("\ue000cut\ue001 off at both", "… <mark>cut</mark> off at both …"),
        ("Ends in a \ue000match\ue001", "Ends in a <mark>match</mark> …"),
        ("", ""),
    ],
)
def test_a_snippet_says_where_it_breaks_a_sentence(snippet: str, html: str) -> None:
    assert highlight(snippet) == html


def test_without_a_query_it_is_a_form(client: Client) -> None:
    response = client.get("/search/")
    assert response.status_code == 200
    assert response.context["page"] is None


def test_there_is_a_second_page(client: Client) -> None:
    for number in range(25):
        factories.article(f"Needle {number}")
    response = client.get("/search/", {"q": "needle", "page": "2"})
    assert len(response.context["page"].object_list) == 5
    assert "q=needle" in response.text


@pytest.mark.parametrize(
    "query", ["((( | :* <->", "'", "\\", "a & !", '"', "or", "-", "\ud800", "%", "<b>", "😀" * 50, "a" * 200]
)
def test_odd_queries_are_answered(client: Client, query: str) -> None:
    factories.article()
    path = "/search/?q=%ED%A0%80" if query == "\ud800" else None
    response = client.get(path) if path else client.get("/search/", {"q": query})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=%00", 400),
        ("q=" + "a" * 201, 400),
        ("q=" + "%F0%9F%98%80" * 25_000, 400),
        ("q=a&page=-1", 404),
        ("q=a&page=0", 404),
        ("q=a&page=" + "9" * 400, 404),
        ("q=a&page=x", 404),
        ("q=a&page=2", 404),
    ],
)
def test_bad_queries_are_refused(client: Client, query: str, status: int) -> None:
    assert client.get(f"/search/?{query}").status_code == status


def test_a_query_that_is_too_long_never_reaches_the_database(
    client: Client, django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/search/", {"q": "a" * 201}).status_code == 400


def test_unknown_parameters_are_ignored(client: Client) -> None:
    factories.article("Needle")
    response = client.get("/search/?q=needle&order=title;drop&author__password=x&kind='")
    assert [entry.title for entry in response.context["page"]] == ["Needle"]


@pytest.mark.skipif(not DATA.exists(), reason="the shared data are not here")
def test_queries_that_broke_other_searches_never_break_this_one(client: Client) -> None:
    factories.article()
    cases = json.loads((DATA / "search" / "robustness_dev.json").read_text())
    queries = [
        case["query"] if isinstance(case, dict) else case
        for case in (cases if isinstance(cases, list) else cases["queries"])
    ]
    assert len(queries) > 10
    odd = {}
    for query in queries:
        status = client.get(
            "/search/", {"q": query.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
        ).status_code
        if status not in (200, 400):
            odd[query] = status
    assert odd == {}


def test_the_index_keeps_no_row_of_what_is_not_published() -> None:
    article = factories.article()
    assert IndexEntry.objects.get().path == article.get_absolute_url()
    workflow.unpublish(article, by=None)
    assert not IndexEntry.objects.exists()
