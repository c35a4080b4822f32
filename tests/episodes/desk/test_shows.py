"""Shows and their seasons on the desk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core.models import Work
from episodes.models import Season, Show
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import errors, save

pytestmark = pytest.mark.django_db
LIST = "/admin/episodes/show/"


@pytest.fixture
def desk(publisher: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(publisher)


def change(show: Show) -> str:
    return f"{LIST}{show.pk}/change/"


def test_a_show_is_made_with_its_hosts_and_links(desk: Client) -> None:
    rows: dict[str, Any] = {
        "credits-0-person": factories.person("Ana").pk,
        "credits-0-role": "host",
        "credits-0-position": 0,
        "links-0-label": "Chat",
        "links-0-url": "https://chat.example.org/",
        "links-0-position": 0,
    }
    chosen: dict[str, Any] = {"categories_0": "Technology", "categories_1": "Society & Culture > Documentary"}
    save(desk, f"{LIST}add/", name="Tides", **chosen, **rows)
    show = Show.objects.get()
    assert (show.slug, show.categories) == ("tides", ["Technology", "Society & Culture > Documentary"])
    assert [str(host) for host in show.hosts] == ["Ana, host"]
    assert show.links.get().label == "Chat"


def test_the_order_of_categories_is_kept_and_a_double_is_dropped(desk: Client) -> None:
    show = factories.show()
    save(desk, change(show), categories_0="News", categories_1="News", categories_2="Arts > Books")
    show.refresh_from_db()
    assert show.categories == ["News", "Arts > Books"]


def test_a_category_that_apple_does_not_have_is_refused(desk: Client) -> None:
    response = save(desk, change(factories.show()), categories_0="Gossip")
    assert list(errors(response)) == ["categories"]


def test_the_artwork_of_an_old_show_stays_and_another_one_is_measured(desk: Client) -> None:
    show = factories.show(artwork=factories.cover(width=600, height=600))
    assert save(desk, change(show), tagline="New").status_code == 302
    found = errors(save(desk, change(show), artwork=factories.cover(width=1399, height=1399).pk))
    assert (
        found["artwork"][0] == "The artwork has 1,399 × 1,399 pixels; directories want at least 1,400 a side."
    )


def test_a_line_of_the_podroll_is_named(desk: Client) -> None:
    response = save(desk, change(factories.show()), podroll="One | https://example.org/feed\nTwo")
    assert errors(response) == {
        "podroll": ["Line 2: write it as Title | https://… (the address of the feed)."]
    }


def test_a_feed_does_not_move_to_itself(desk: Client) -> None:
    show = factories.show(slug="tides")
    response = save(desk, change(show), moved_to="https://example.org/episodes/tides/feed/")
    assert list(errors(response)) == ["moved_to"]


def test_all_that_is_below_a_show_moves_with_it(desk: Client) -> None:
    show = factories.show("Tides", slug="tides")
    factories.episode(of=show, slug="low-water", said=[[0, 1000, "", "Hello"]])
    Season.objects.create(show=show, number=1)
    save(desk, change(show), slug="winds")
    for path in ("", "feed/", "low-water/", "low-water/transcript/", "seasons/1/", "seasons/1/feed/"):
        response = Client().get(f"/episodes/tides/{path}?x=1")
        assert (response.status_code, response.headers["Location"]) == (301, f"/episodes/winds/{path}?x=1")
    assert Client().get("/episodes/tides/a/b/c/").status_code == 404
    assert IndexEntry.objects.get().path == "/episodes/winds/low-water/"


def test_a_new_name_reaches_the_search_at_once_and_the_files_soon(desk: Client) -> None:
    show = factories.show("Tides")
    factories.episode(of=show, number=7)
    save(desk, change(show), name="Winds")
    assert IndexEntry.objects.get().kicker == "Winds 7"
    assert Work.objects.filter(kind="episodes.prepare_show", key=str(show.pk)).exists()


def test_a_new_hue_has_no_file_made_anew(desk: Client) -> None:
    show = factories.show("Tides")
    save(desk, change(show), hue=25)
    assert not Work.objects.filter(kind="episodes.prepare_show").exists()


def test_a_show_with_episodes_is_not_deleted_and_says_why(desk: Client) -> None:
    show = factories.show("Tides")
    factories.episode("Low water", of=show)
    page = desk.post(f"{LIST}{show.pk}/delete/", {"post": "yes"})
    assert page.status_code == 200
    assert "These episodes are of it" in page.text
    assert "Low water" in page.text
    assert Show.objects.exists()


def test_a_season_tells_its_show_and_moves_with_its_number(desk: Client) -> None:
    show = factories.show("Tides", slug="tides")
    season = Season.objects.create(show=show, number=1)
    factories.episode(of=show, season=season)
    save(desk, f"/admin/episodes/season/{season.pk}/change/", number=2)
    assert Client().get("/episodes/tides/seasons/1/").headers["Location"] == "/episodes/tides/seasons/2/"


def test_the_lists_take_the_same_queries_for_three(
    desk: Client, django_assert_num_queries: Callable[[int], Any]
) -> None:
    Season.objects.create(show=factories.show("Tides"), number=1)
    desk.get(LIST)
    counts = {LIST: 8, "/admin/episodes/season/": 8}
    for address, count in counts.items():
        with django_assert_num_queries(count):
            desk.get(address)
    for name in ("Winds", "Waves"):
        Season.objects.create(show=factories.show(name), number=1)
    for address, count in counts.items():
        with django_assert_num_queries(count):
            desk.get(address)
