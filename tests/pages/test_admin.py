"""Static pages and the composing of the front page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from pages.models import FrontPageSlot, StaticPage
from tests import factories
from tests.admin_forms import errors, save

pytestmark = pytest.mark.django_db
FRONT = "/admin/pages/frontpageslot/"


@pytest.fixture
def desk(publisher: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(publisher)


def rows(*items: Any, order: list[int] | None = None) -> dict[str, Any]:
    """The form with these items in its rows, whose numbers are `order`."""
    data: dict[str, Any] = {"form-TOTAL_FORMS": 5, "form-INITIAL_FORMS": 5}
    data |= {"timed-TOTAL_FORMS": 0, "timed-INITIAL_FORMS": 0}
    for number in range(5):
        item = items[number] if number < len(items) else None
        data |= {
            f"form-{number}-item": item.pk if item else "",
            f"form-{number}-position": (order or range(5))[number],
        }
    return data


def composed() -> list[tuple[str, str]]:
    return [(slot.place, str(slot.item)) for slot in FrontPageSlot.objects.all()]


@pytest.mark.django_db(transaction=True)
def test_an_editor_composes_the_front_page_and_readers_get_it_at_once(desk: Client) -> None:
    old, new = factories.article("Old", at=timezone.now() - timedelta(days=9)), factories.article("New")
    assert Client().get("/").text.index("New") < Client().get("/").text.index("Old")
    desk.post(FRONT, rows(old.item, new.item))
    assert composed() == [("lead", "Old"), ("secondary", "New")]
    front = Client().get("/").text
    assert front.index("Old") < front.index("New")


def test_rows_are_placed_by_their_numbers(desk: Client) -> None:
    a, b, c = (factories.article(name) for name in "abc")
    desk.post(FRONT, rows(a.item, b.item, c.item, order=[2, 0, 1, 3, 4]))
    assert composed() == [("lead", "b"), ("secondary", "c"), ("secondary", "a")]
    shown = desk.get(FRONT).context["slots"]
    assert [form["item"].value() for form in shown] == [b.item_id, c.item_id, a.item_id, None, None]


def test_an_empty_first_row_leaves_the_lead_to_the_newest(desk: Client) -> None:
    a = factories.article("a")
    desk.post(FRONT, rows(None, a.item))
    assert composed() == [("secondary", "a")]
    assert desk.get(FRONT).context["slots"][0]["item"].value() is None


def test_nothing_stands_twice_and_drafts_not_at_all(desk: Client) -> None:
    a, draft = factories.article("a"), factories.article("draft", published=False)
    assert "twice" in str(desk.post(FRONT, rows(a.item, a.item)).context["slots"].non_form_errors())
    assert desk.post(FRONT, rows(draft.item)).status_code == 200
    assert desk.post(FRONT, {"form-TOTAL_FORMS": 500, "form-INITIAL_FORMS": 0}).status_code == 200
    assert desk.post(FRONT, {"nonsense": "1"}).status_code == 200
    assert composed() == []


def test_what_is_published_or_scheduled_is_found_while_choosing(desk: Client) -> None:
    live = factories.article("Low water")
    soon = factories.article("High water", at=timezone.now() + timedelta(days=1))
    factories.article("Draft water", published=False)
    asked = {"app_label": "pages", "model_name": "frontpageslot", "field_name": "item", "term": "water"}
    found = {row["id"]: row["text"] for row in desk.get("/admin/autocomplete/", asked).json()["results"]}
    assert found == {str(live.item_id): "Low water", str(soon.item_id): "High water (scheduled)"}


@pytest.mark.parametrize("count", [1, 30])
def test_choosing_asks_a_constant_number_of_times(
    desk: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        factories.article()
    asked = {"app_label": "pages", "model_name": "frontpageslot", "field_name": "item", "term": ""}
    desk.get("/admin/autocomplete/", asked)
    with django_assert_max_num_queries(6):
        desk.get("/admin/autocomplete/", asked)


def test_the_front_page_is_for_those_who_may(author: User, reader: User, signed_in: Any) -> None:
    article = factories.article()
    assert signed_in(author).get(FRONT).status_code == 403
    assert signed_in(author).post(FRONT, rows(article.item)).status_code == 403
    assert signed_in(reader).get(FRONT).status_code == 302
    assert composed() == []


def test_items_have_no_pages_of_their_own(desk: Client) -> None:
    assert desk.get("/admin/publishing/item/").status_code == 404
    assert "publishing/item" not in desk.get("/admin/").text


def test_a_static_page_is_written_previewed_and_published(desk: Client) -> None:
    save(desk, "/admin/pages/staticpage/add/", name="About us", body="We print.")
    page = StaticPage.objects.get()
    assert "We print." in desk.get(f"/admin/pages/staticpage/{page.pk}/preview/").text
    desk.post(f"/admin/pages/staticpage/{page.pk}/publication/", {"publish": "", "when": "now"})
    assert "We print." in Client().get("/about-us/").text


@pytest.mark.parametrize(
    "slug", ["articles", "people", "search", "account", "admin", "static", "topics", "feed"]
)
def test_a_static_page_cannot_take_the_sites_own_addresses(desk: Client, slug: str) -> None:
    assert list(errors(save(desk, "/admin/pages/staticpage/add/", name="x", slug=slug))) == ["slug"]
