"""Filters under a name: one's own, and only what the list understands."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from publishing.lists import saved_searches
from publishing.models import SavedSearch
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


def save(client: Client, query: str, name: str = "Mine", kind: str = "article") -> Any:
    return client.post("/admin/searches/", {"kind": kind, "name": name, "query": query})


def kept() -> dict[str, str]:
    return dict(SavedSearch.objects.values_list("name", "query"))


def test_a_search_is_kept_and_stands_above_the_list(desk: Client) -> None:
    response = save(desk, "state=draft&q=tide", "Tides, drafts")
    assert response.headers["Location"] == f"{LIST}?q=tide&state=draft"
    page = desk.get(response.headers["Location"])
    assert page.context["chips"] == [
        {
            "pk": SavedSearch.objects.get().pk,
            "name": "Tides, drafts",
            "url": f"{LIST}?q=tide&state=draft",
            "is_current": True,
        }
    ]
    assert 'aria-current="page">Tides, drafts</a>' in page.text
    assert not desk.get(LIST).context["chips"][0]["is_current"]


def test_the_same_name_is_given_to_the_new_search(desk: Client) -> None:
    save(desk, "state=draft")
    save(desk, "state=live")
    assert kept() == {"Mine": "state=live"}


def test_each_kind_has_its_own(desk: Client) -> None:
    save(desk, "state=draft")
    save(desk, "state=live", kind="page")
    assert [chip["url"] for chip in desk.get("/admin/pages/staticpage/").context["chips"]] == [
        "/admin/pages/staticpage/?state=live"
    ]


def test_they_are_their_owners_alone(
    desk: Client, publisher: User, signed_in: Callable[[User], Client]
) -> None:
    save(desk, "state=draft", "Secret")
    search = SavedSearch.objects.get()
    other = signed_in(publisher)
    assert "Secret" not in other.get(LIST).text
    assert other.post(f"/admin/searches/{search.pk}/deletion/").status_code == 404
    assert kept() == {"Secret": "state=draft"}
    assert desk.get(f"/admin/searches/{search.pk}/deletion/").status_code == 405
    response = desk.post(f"/admin/searches/{search.pk}/deletion/", {"query": "state=live"})
    assert response.headers["Location"] == f"{LIST}?state=live"
    assert kept() == {}


@pytest.mark.parametrize(
    ("sent", "query"),
    [
        ("state=draft&state=live", "state=draft&state=live"),
        ("state=draft&created_by__password__startswith=a", "state=draft"),
        ("state=draft&section__articles__created_by__email=x", "state=draft"),
        ("state=draft&e=1&p=7&_popup=1&_to_field=id&_facets=1", "state=draft"),
        (
            "section__id__exact=1&topics__id__exact=2&o=-1.2",
            "o=-1.2&section__id__exact=1&topics__id__exact=2",
        ),
        (
            "published_at__year=2026&published_from=2026-01-01",
            "published_at__year=2026&published_from=2026-01-01",
        ),
        ("q=%22%3E%3Cscript%3E", "q=%22%3E%3Cscript%3E"),
        ("q=%0d%0aSet-Cookie:x", "q=%0D%0ASet-Cookie%3Ax"),
        ("q=a%00b&state=draft", "state=draft"),
        ("q=%ff&state=draft", "q=%EF%BF%BD&state=draft"),
        ("https://evil.example/?state=draft", ""),
        ("", ""),
        ("state=", ""),
    ],
)
def test_only_what_the_list_understands_is_kept(desk: Client, sent: str, query: str) -> None:
    response = save(desk, sent)
    assert kept() == ({"Mine": query} if query else {})
    assert response.headers["Location"] == f"{LIST}{'?' if query else ''}{query}"
    page = desk.get(response.headers["Location"], follow=True)
    assert page.status_code == 200
    assert "<script>" not in page.text.split("</head>")[1].replace("<script src", "")


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_it_needs_a_name_that_fits(desk: Client, name: str) -> None:
    save(desk, "state=draft", name)
    assert kept() == {}


def test_there_is_an_end_to_what_is_kept(desk: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(saved_searches, "MOST", 2)
    for name in ("One", "Two", "Three"):
        save(desk, "state=draft", name)
    save(desk, "q=" + "x" * 3000, "One")
    save(desk, "state=live", "Two")
    assert kept() == {"One": "state=draft", "Two": "state=live"}


def test_kinds_that_they_may_not_look_at_have_no_searches(
    author: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(author)
    for kind in ("page", "nothing", ""):
        assert save(client, "state=draft", kind=kind).status_code == 404
    assert client.get("/admin/searches/").status_code == 405
    assert kept() == {}


def test_a_list_offers_to_keep_what_was_searched_for(desk: Client) -> None:
    factories.article()
    assert "Save this search" not in desk.get(LIST).text
    assert "Save this search" in desk.get(f"{LIST}?state=live").text
    assert "Save this search" not in desk.get(f"{LIST}?p=1").text
