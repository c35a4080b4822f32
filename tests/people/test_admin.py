"""People in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from people.models import Person
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import errors, save

pytestmark = pytest.mark.django_db
ADD = "/admin/people/person/add/"


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


def change(person: Person) -> str:
    return f"/admin/people/person/{person.pk}/change/"


def test_a_person_is_made_with_a_bio_and_links(desk: Client) -> None:
    links: dict[str, Any] = {
        "links-0-label": "Website",
        "links-0-url": "https://example.org/",
        "links-0-position": 0,
    }
    save(desk, ADD, name="Ana Author", bio="Writes about *tides*.", **links)
    person = Person.objects.get()
    assert (person.slug, person.bio_html) == ("ana-author", "<p>Writes about <em>tides</em>.</p>\n")
    assert [link.label for link in person.links.all()] == ["Website"]


@pytest.mark.django_db(transaction=True)
def test_a_renamed_person_is_right_everywhere_and_the_old_address_leads_on(desk: Client) -> None:
    person = factories.person("Ana Author", slug="ana")
    article = factories.article(by=[person])
    assert "Ana Author" in Client().get(article.get_absolute_url()).text
    save(desk, change(person), name="Ana Writer", slug="ana-writer")
    entry = IndexEntry.objects.get()
    assert entry.byline == [{"name": "Ana Writer", "path": "/people/ana-writer/", "role": ""}]
    assert "Ana Writer" in Client().get(article.get_absolute_url()).text
    assert Client().get("/people/ana/").headers["Location"] == "/people/ana-writer/"
    assert Client().get("/people/ana/feed/").headers["Location"] == "/people/ana-writer/feed/"


@pytest.mark.django_db(transaction=True)
def test_a_changed_bio_is_on_the_page_at_once(desk: Client) -> None:
    person = factories.person("Ana")
    assert Client().get(person.get_absolute_url()).status_code == 200
    save(desk, change(person), bio="New words.")
    assert "New words." in Client().get(person.get_absolute_url()).text


def test_a_bio_that_cannot_be_laid_out_is_a_form_error(desk: Client) -> None:
    assert list(errors(save(desk, ADD, name="Ana", bio=">" * 5000 + "x"))) == ["bio"]


def test_people_are_found_by_name_while_a_byline_is_chosen(desk: Client) -> None:
    ana = factories.person("Ana Author")
    factories.person("Ben")
    asked = {"app_label": "articles", "model_name": "byline", "field_name": "person", "term": "ana"}
    assert desk.get("/admin/autocomplete/", asked).json()["results"] == [
        {"id": str(ana.pk), "text": "Ana Author"}
    ]


def test_whoever_wrote_something_cannot_be_deleted(desk: Client) -> None:
    person = factories.person()
    factories.article(by=[person])
    desk.post(f"/admin/people/person/{person.pk}/delete/", {"post": "yes"})
    assert Person.objects.filter(pk=person.pk).exists()


def test_logins_are_given_by_those_who_may_see_them(
    desk: Client, reader: User, administrator: User, signed_in: Any
) -> None:
    person = factories.person()
    save(desk, change(person), user=reader.pk)
    person.refresh_from_db()
    assert person.user is None
    save(signed_in(administrator), change(person), user=reader.pk)
    person.refresh_from_db()
    assert person.user == reader


def test_staff_without_rights_get_nothing(newcomer: User, signed_in: Any) -> None:
    person = factories.person("Secret")
    assert signed_in(newcomer).get(change(person)).status_code == 403
    asked = {"app_label": "articles", "model_name": "byline", "field_name": "person", "term": ""}
    assert signed_in(newcomer).get("/admin/autocomplete/", asked).status_code == 403


LIST_QUERIES = 7


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_a_constant_number_of_times(
    desk: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        factories.person()
    desk.get("/admin/people/person/")
    with django_assert_num_queries(LIST_QUERIES):
        desk.get("/admin/people/person/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["alone", "ticked"])
def test_the_page_of_somebody_deleted_is_gone_with_the_next_request(desk: Client, how: str) -> None:
    person = factories.person("Left Us")
    path = person.get_absolute_url()
    assert Client().get(path).status_code == 200
    if how == "alone":
        desk.post(f"/admin/people/person/{person.pk}/delete/", {"post": "yes"})
    else:
        ticked = {"action": "delete_selected", "_selected_action": person.pk, "post": "yes"}
        desk.post("/admin/people/person/", ticked)
    assert Client().get(path).status_code == 404
