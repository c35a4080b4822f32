"""The desk where articles are written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Byline
from publishing import workflow
from publishing.models import Redirect
from publishing.signals import revision_saved
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import errors, fill, save

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/article/add/"


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


@pytest.fixture
def saves() -> Any:
    """What receivers saw at the moment each save was announced: headline, byline names, topic names."""
    seen: list[tuple[str, list[str], list[str]]] = []

    def look(sender: Any, content: Any, **kwargs: Any) -> None:
        fresh = Article.objects.get(pk=content.pk)
        seen.append(
            (fresh.headline, [c.person.name for c in fresh.credits], [t.name for t in fresh.topics.all()])
        )

    revision_saved.connect(look)
    yield seen
    revision_saved.disconnect(look)


def change(article: Article) -> str:
    return f"/admin/articles/article/{article.pk}/change/"


def bylines(*rows: tuple[Any, str]) -> dict[str, Any]:
    """The fields of rows (person, role) that are added."""
    data: dict[str, Any] = {"bylines-TOTAL_FORMS": len(rows), "bylines-INITIAL_FORMS": 0}
    for number, (person, role) in enumerate(rows):
        data |= {
            f"bylines-{number}-person": person.pk,
            f"bylines-{number}-role": role,
            f"bylines-{number}-position": number,
        }
    return data


def test_an_article_is_written_with_bylines_and_topics_in_one_go(
    desk: Client, editor: User, saves: Any
) -> None:
    ana, ben, tides = factories.person("Ana"), factories.person("Ben"), factories.topic("Tides")
    data = {
        "headline": "Low water",
        "body": "Mud.\r\n\r\nMore.",
        "topics": [tides.pk],
        **bylines((ana, ""), (ben, "Photographs")),
    }
    response = save(desk, ADD, **data)
    article = Article.objects.get()
    assert response.headers["Location"] == change(article)
    assert (article.slug, article.status, article.created_by) == ("low-water", "draft", editor)
    assert article.body == "Mud.\n\nMore."
    assert article.body_html == "<p>Mud.</p>\n<p>More.</p>\n"
    assert saves == [("Low water", ["Ana", "Ben"], ["Tides"])]


def test_authors_begin_with_their_own_byline(author: User, editor: User, signed_in: Any) -> None:
    own = factories.person("Ana Writer", user=author)
    factories.person("Edith Editor", user=editor)
    response = save(signed_in(author), ADD, headline="Low water")
    assert response.status_code == 302
    assert [credit.person for credit in Article.objects.get().credits] == [own]
    save(signed_in(editor), ADD, headline="High water")
    assert Article.objects.get(headline="High water").credits == []


def test_a_draft_is_in_no_list(desk: Client) -> None:
    save(desk, ADD, headline="Low water")
    assert not IndexEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_readers_get_an_edit_once_it_is_published(desk: Client, editor: User, publisher: User) -> None:
    article = factories.article("Old", by=[factories.person("Ana")])
    save(desk, change(article), headline="New", **{"bylines-0-role": "Interview"})
    article.refresh_from_db()
    assert (article.revised_at, article.has_edits_waiting) == (None, True)
    assert IndexEntry.objects.get().title == "Old"
    assert "New" not in Client().get(article.get_absolute_url()).text
    workflow.publish_edits(article, publisher)
    article.refresh_from_db()
    assert article.revised_at is not None
    assert IndexEntry.objects.get().title == "New"
    assert IndexEntry.objects.get().byline[0]["role"] == "Interview"
    assert "New" in Client().get(article.get_absolute_url()).text


def test_saving_without_a_change_is_no_revision(desk: Client) -> None:
    article = factories.article(body="One.\n\nTwo.\n", published=False)
    for _ in range(3):
        assert save(desk, change(article)).status_code == 302
    article.refresh_from_db()
    assert (article.version, article.body) == (1, "One.\n\nTwo.\n")


def test_bylines_are_reordered_by_their_numbers(desk: Client) -> None:
    article = factories.article(by=[factories.person("Ana"), factories.person("Ben")], published=False)
    order: dict[str, Any] = {"bylines-0-position": 1, "bylines-1-position": 0}
    save(desk, change(article), **order)
    assert [credit.person.name for credit in Article.objects.get().credits] == ["Ben", "Ana"]


def test_the_status_cannot_be_sent(desk: Client, editor: User) -> None:
    save(
        desk,
        ADD,
        headline="Low water",
        status="published",
        published_at="2020-01-01",
        created_by=editor.pk + 1,
    )
    article = Article.objects.get()
    assert (article.status, article.published_at, article.created_by) == ("draft", None, editor)


# --- addresses --------------------------------------------------------------------------------------------------------


def test_a_changed_slug_redirects_once_it_was_public(desk: Client, publisher: User) -> None:
    article = factories.article(slug="first")
    save(desk, change(article), slug="second")
    assert not Redirect.objects.exists()
    workflow.publish_edits(article, publisher)
    assert Client().get("/articles/first/").headers["Location"] == "/articles/second/"


def test_the_slug_of_a_draft_leaves_nothing_behind(desk: Client) -> None:
    article = factories.article(slug="first", published=False)
    save(desk, change(article), slug="second")
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("slug", ["archive", "feed", "series", "sections"])
def test_a_slug_of_the_sites_own_is_refused(desk: Client, slug: str) -> None:
    refused = errors(save(desk, ADD, headline="Low water", slug=slug))
    assert refused == {
        "slug": [f"“{slug}” is the address of another part of the site. Choose a different one."]
    }


def test_a_slug_that_is_no_address_is_a_form_error(desk: Client) -> None:
    article, section = factories.article(), factories.section()
    for path in (change(article), f"/admin/articles/section/{section.pk}/change/"):
        for slug in ("a/b", "a b", "ä", "../admin"):
            assert list(errors(save(desk, path, slug=slug))) == ["slug"]


# --- what the form refuses --------------------------------------------------------------------------------------------


def test_the_same_person_twice_needs_two_roles(desk: Client) -> None:
    ana = factories.person("Ana")
    response = save(desk, ADD, headline="Low water", **bylines((ana, ""), (ana, "")))
    assert "Somebody is there twice with the same role" in str(errors(response)["rows"])
    assert (
        save(desk, ADD, headline="Low water", **bylines((ana, ""), (ana, "Photographs"))).status_code == 302
    )
    assert Byline.objects.count() == 2


def test_two_bylines_can_trade_places_by_their_names(desk: Client) -> None:
    ana, ben = factories.person("Ana"), factories.person("Ben")
    article = factories.article(by=[ana, ben])
    traded: dict[str, Any] = {"bylines-0-person": ben.pk, "bylines-1-person": ana.pk}
    response = save(desk, change(article), **traded)
    assert response.status_code in (200, 302)
    assert {credit.person for credit in Article.objects.get().credits} == {ana, ben}


def test_who_paid_is_named(desk: Client) -> None:
    refused = errors(save(desk, ADD, headline="Low water", sponsored="on"))
    assert refused == {"sponsor": ["Say who paid: readers have a right to know."]}


def test_a_part_is_numbered_by_itself_and_never_twice(desk: Client) -> None:
    series = factories.series("Tides")
    save(desk, ADD, headline="One", series=series.pk)
    save(desk, ADD, headline="Two", series=series.pk)
    assert list(Article.objects.order_by("part").values_list("headline", "part")) == [("One", 1), ("Two", 2)]
    refused = errors(save(desk, ADD, headline="Three", series=series.pk, part=2))
    unknown = "Something that is not published is part 2 already. The next free number is 3."
    assert refused == {"part": [unknown]}
    workflow.publish(Article.objects.get(part=2), by=None)
    refused = errors(save(desk, ADD, headline="Three", series=series.pk, part=2))
    assert refused == {"part": ["“Two” is part 2 already. The next free number is 3."]}
    assert errors(save(desk, ADD, headline="Four", part=1)) == {
        "series": ["Choose the series that this is a part of, or empty the part."]
    }


@pytest.mark.parametrize("body", [">" * 5000 + "x", "x" * 1_000_001])
def test_a_text_that_cannot_be_laid_out_is_a_form_error(desk: Client, body: str) -> None:
    refused = errors(save(desk, ADD, headline="Low water", body=body))
    assert list(refused) == ["body"]
    assert not Article.objects.exists()


# --- the list ---------------------------------------------------------------------------------------------------------


def headlines(response: Any) -> list[str]:
    return [article.headline for article in response.context["cl"].result_list]


def test_the_list_shows_states_and_filters_by_them(desk: Client) -> None:
    factories.article("Live one")
    factories.article("Draft one", published=False)
    factories.article("Scheduled one", at=timezone.now() + timedelta(days=1))
    page = desk.get("/admin/articles/article/")
    assert page.text.count('class="state ') == 3
    assert "Scheduled for " in page.text
    for state in ("live", "draft", "scheduled"):
        assert headlines(desk.get(f"/admin/articles/article/?state={state}")) == [f"{state.capitalize()} one"]


def test_the_list_finds_by_words_and_by_names(desk: Client) -> None:
    factories.article("Low water", by=[factories.person("Ana Author")])
    factories.article("High water")
    assert headlines(desk.get("/admin/articles/article/?q=low")) == ["Low water"]
    assert headlines(desk.get("/admin/articles/article/?q=author")) == ["Low water"]
    assert desk.get("/admin/articles/article/?q=%00").status_code == 200


@pytest.mark.parametrize("count", [1, 3, pytest.param(30, marks=pytest.mark.soak)])
def test_the_list_asks_a_constant_number_of_times(
    desk: Client, count: int, django_assert_num_queries: Any
) -> None:
    section, topic = factories.section(), factories.topic()
    for _ in range(count):
        factories.article(section=section, about=[topic])
    desk.get("/admin/articles/article/")
    with django_assert_num_queries(LIST_QUERIES):
        desk.get("/admin/articles/article/")


LIST_QUERIES = 17


@pytest.mark.django_db(transaction=True)
def test_a_deleted_article_is_gone_for_readers_at_once(desk: Client) -> None:
    article = factories.article()
    assert Client().get(article.get_absolute_url()).status_code == 200
    desk.post(f"/admin/articles/article/{article.pk}/delete/", {"post": "yes"})
    assert Client().get(article.get_absolute_url()).status_code == 404
    assert not IndexEntry.objects.exists()


# --- rights -----------------------------------------------------------------------------------------------------------


def test_staff_without_rights_get_nothing(newcomer: User, signed_in: Any) -> None:
    article = factories.article("Secret", published=False)
    client = signed_in(newcomer)
    for path in (
        "",
        "add/",
        *(f"{article.pk}/{page}/" for page in ("change", "delete", "history", "preview", "publication")),
    ):
        response = client.get(f"/admin/articles/article/{path}")
        assert response.status_code in (403, 404)
        assert "Secret" not in response.text
    assert (
        client.post(
            f"/admin/articles/article/{article.pk}/publication/", {"publish": "", "when": "now"}
        ).status_code
        == 404
    )


def test_readers_are_sent_to_the_login(reader: User, signed_in: Any) -> None:
    article = factories.article(published=False)
    for client in (Client(), signed_in(reader)):
        assert client.get(f"/admin/articles/article/{article.pk}/preview/").status_code == 302


# --- sections and series ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_renamed_section_is_right_everywhere_and_its_old_address_leads_on(desk: Client) -> None:
    section = factories.section("Water", slug="water")
    article = factories.article(section=section)
    assert "Water" in Client().get(article.get_absolute_url()).text
    save(desk, f"/admin/articles/section/{section.pk}/change/", name="Sea", slug="sea", hue=200)
    entry = IndexEntry.objects.get()
    assert (entry.kicker, entry.kicker_path, entry.hue) == ("Sea", "/articles/sections/sea/", 200)
    assert "Sea" in Client().get(article.get_absolute_url()).text
    assert Client().get("/articles/sections/water/").headers["Location"] == "/articles/sections/sea/"
    assert (
        Client().get("/articles/sections/water/feed/").headers["Location"] == "/articles/sections/sea/feed/"
    )


@pytest.mark.django_db(transaction=True)
def test_a_renamed_series_is_right_on_its_articles(desk: Client) -> None:
    series = factories.series("Tides")
    article = factories.article(series=series, part=1)
    factories.article(series=series, part=2)
    assert "Tides" in Client().get(article.get_absolute_url()).text
    save(desk, f"/admin/articles/series/{series.pk}/change/", title="Currents")
    assert "Currents" in Client().get(article.get_absolute_url()).text


def test_related_pieces_are_chosen_by_title(desk: Client) -> None:
    article = factories.article("Low water")
    factories.article("A draft of low water", published=False)
    asked = {"app_label": "articles", "model_name": "article", "field_name": "related", "term": "water"}
    found = desk.get("/admin/autocomplete/", asked).json()["results"]
    assert found == [{"id": str(article.item_id), "text": "Low water"}]
    other = factories.article(published=False)
    save(desk, change(other), related=[article.item_id])
    assert list(other.related.all()) == [article.item]
    assert fill(desk, change(other))["related"] == [article.item_id]


def test_a_search_for_a_person_cannot_hold_a_nul(desk: Client) -> None:
    asked = {"app_label": "articles", "model_name": "byline", "field_name": "person", "term": "a\0"}
    assert desk.get("/admin/autocomplete/", asked).status_code == 400
