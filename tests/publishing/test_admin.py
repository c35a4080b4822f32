"""Topics, site settings and redirects in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from publishing import workflow
from publishing.models import Publication, PublicationLink, Redirect, Topic
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import errors, fill, save

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = "/admin/publishing/publication/1/change/"


@pytest.fixture
def desk(publisher: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(publisher)


def test_a_renamed_topic_is_right_everywhere_and_its_old_address_leads_on(desk: Client) -> None:
    topic = factories.topic("Tides", slug="tides")
    factories.article("Low water", about=[topic])
    assert Client().get("/topics/tides/").status_code == 200
    save(desk, f"/admin/publishing/topic/{topic.pk}/change/", name="Currents", slug="currents")
    assert IndexEntry.objects.get().names.endswith("Currents")
    assert "Currents" in Client().get("/topics/").text
    assert Client().get("/topics/tides/").headers["Location"] == "/topics/currents/"
    assert Client().get("/topics/tides/feed/").headers["Location"] == "/topics/currents/feed/"


def test_a_topic_that_moves_twice_leads_in_one_step_and_back_home(desk: Client) -> None:
    topic = factories.topic("Tides", slug="a")
    for slug in ("b", "c"):
        save(desk, f"/admin/publishing/topic/{topic.pk}/change/", slug=slug)
    assert sorted(Redirect.objects.values_list("path", "target_path")) == [
        ("/topics/a/", "/topics/c/"),
        ("/topics/b/", "/topics/c/"),
    ]
    save(desk, f"/admin/publishing/topic/{topic.pk}/change/", slug="a")
    assert sorted(Redirect.objects.values_list("path", "target_path")) == [
        ("/topics/b/", "/topics/a/"),
        ("/topics/c/", "/topics/a/"),
    ]


def test_a_deleted_topic_leaves_the_index(desk: Client) -> None:
    topic = factories.topic("Tides")
    article = factories.article(about=[topic])
    assert "Tides" in Client().get(article.get_absolute_url()).text
    desk.post(f"/admin/publishing/topic/{topic.pk}/delete/", {"post": "yes"})
    assert "Tides" not in IndexEntry.objects.get().names
    assert "Tides" not in Client().get(article.get_absolute_url()).text
    assert not Topic.objects.exists()


def test_the_site_settings_are_one_form_and_readers_get_them_at_once(desk: Client) -> None:
    assert desk.get("/admin/publishing/publication/").headers["Location"] == SETTINGS
    assert "Harbour" not in Client().get("/").text
    links: dict[str, Any] = {
        "links-0-place": "header",
        "links-0-label": "About",
        "links-0-url": "/about/",
        "links-0-position": 0,
    }
    save(desk, SETTINGS, name="The Harbour", **links)
    front = Client().get("/").text
    assert "The Harbour" in front
    assert 'href="/about/"' in front
    assert Publication.objects.count() == 1


def test_the_site_settings_refuse_nonsense_and_cannot_be_lost(desk: Client) -> None:
    desk.get("/admin/publishing/publication/")
    assert "hue" in errors(save(desk, SETTINGS, hue=360))
    assert desk.post("/admin/publishing/publication/1/delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/publishing/publication/add/").status_code == 403


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "/\\evil.example", "about", "https://"]
)
def test_a_link_around_every_page_leads_to_a_page(desk: Client, url: str) -> None:
    desk.get("/admin/publishing/publication/")
    row = {"links-0-place": "header", "links-0-label": "Out", "links-0-url": url, "links-0-position": "0"}
    response = save(desk, SETTINGS, **row)
    assert "Begin with / for a page here" in response.text
    assert not PublicationLink.objects.exists()


@pytest.mark.parametrize("count", [1, 3, pytest.param(30, marks=pytest.mark.soak)])
def test_redirects_can_be_looked_at_and_nothing_else(
    desk: Client, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        article = factories.article(slug=f"new-{number}")
        workflow.remember_path(article, f"/old-{number}/")
    desk.get("/admin/publishing/redirect/")
    with django_assert_num_queries(REDIRECT_QUERIES):
        page = desk.get("/admin/publishing/redirect/")
    assert page.text.count('href="/articles/new-') == count
    row = Redirect.objects.first()
    assert row is not None
    assert desk.post(f"/admin/publishing/redirect/{row.pk}/change/", {"path": "/x/"}).status_code == 403
    assert desk.post(f"/admin/publishing/redirect/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/publishing/redirect/add/").status_code == 403


REDIRECT_QUERIES = 10


def test_the_desk_offers_to_write_to_those_who_may(desk: Client, author: User, signed_in: Any) -> None:
    assert "Write an article" in desk.get("/admin/").text
    author.groups.clear()
    assert "Write an article" not in signed_in(author).get("/admin/").text


def test_texts_keep_their_line_ends(desk: Client) -> None:
    topic = factories.topic("Tides", description="One.\nTwo.")
    data = fill(desk, f"/admin/publishing/topic/{topic.pk}/change/", description="One.\r\nTwo.")
    desk.post(f"/admin/publishing/topic/{topic.pk}/change/", data)
    topic.refresh_from_db()
    assert topic.description == "One.\nTwo."
