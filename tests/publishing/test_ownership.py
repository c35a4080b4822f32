"""An author and what is another author's: on every side view, in every list, by every number sent by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from media_pipeline.models import MediaAsset
from people.models import Person
from publishing import workflow
from publishing.models import Comment, Revision, SavedSearch
from publishing.sharing import preview_links
from publishing.writing import autosaves
from tests import factories
from tests.admin_forms import errors, fill, save

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/articles/article/", "/admin/articles/article/add/"
IMAGES = "/admin/media_pipeline/mediaasset/"
SECRET = "Redundancies planned"


@pytest.fixture
def desk(author: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(author)


@pytest.fixture
def mine(author: User) -> Article:
    return factories.article("Low water", published=False, by=[], created_by=author)


@pytest.fixture
def others(other_author: User, publisher: User) -> Article:
    """Another author's draft with everything about it that could leak."""
    person = factories.person("Otto Other", user=other_author)
    article = factories.article(SECRET, published=False, by=[person], created_by=other_author)
    workflow.comment(article, publisher, "Who told you?")
    preview_links.make(article, other_author, label="Kim", may="view", days=1, version=1)
    autosaves.keep(other_author, "article", article.item_id, QueryDict(f"headline={SECRET}"))
    article.refresh_from_db()
    return article


def of(article: Article, page: str) -> str:
    return f"{LIST}{article.pk}/{page}/"


def autocompleted(client: Client, model: str, field: str, term: str, app: str = "articles") -> list[str]:
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": term}
    return [row["text"] for row in client.get("/admin/autocomplete/", asked).json()["results"]]


# --- whose it is --------------------------------------------------------------------------------------------------


def test_it_is_theirs_if_they_made_it_or_it_carries_their_byline(
    desk: Client, author: User, mine: Article, others: Article
) -> None:
    person = factories.person("Ana Author", user=author)
    signed = factories.article("Signed", published=False, by=[person])
    assert list(Article.objects.owned_by(author).order_by("pk")) == [mine, signed]
    assert [desk.get(of(article, "change")).status_code for article in (mine, signed)] == [200, 200]


# --- side views ---------------------------------------------------------------------------------------------------

PAGES = [
    ("GET", "change"),
    ("POST", "change"),
    ("GET", "delete"),
    ("POST", "delete"),
    ("GET", "history"),
    ("GET", "compare"),
    ("GET", "preview"),
    ("GET", "publication"),
    ("POST", "publication"),
    ("GET", "links"),
    ("POST", "links"),
    ("GET", "copy"),
    ("POST", "copy"),
    ("POST", "autosave"),
    ("DELETE", "autosave"),
    ("POST", "check"),
    ("POST", "presence"),
    ("POST", "revisions/1/restoration"),
]


@pytest.mark.parametrize(("method", "view"), PAGES)
def test_what_is_anothers_looks_like_what_does_not_exist(
    desk: Client, others: Article, method: str, view: str
) -> None:
    before, revisions = Article.objects.values().get(pk=others.pk), Revision.objects.count()
    asked = [
        getattr(desk, method.lower())(f"{LIST}{number}/{view}/", {"submit": "", "post": "yes"})
        for number in (others.pk, others.pk + 1000)
    ]
    assert [response.status_code for response in asked] == [404, 404]
    assert SECRET not in asked[0].text
    assert Article.objects.values().get(pk=others.pk) == before
    assert (Article.objects.count(), Revision.objects.count()) == (1, revisions)
    assert desk.get("/admin/").status_code == 200


def test_comments_and_links_are_reached_only_through_what_they_belong_to(
    desk: Client, mine: Article, others: Article
) -> None:
    comment, link = Comment.objects.get(), preview_links.of(others)[0][0]
    for article in (mine, others):
        assert desk.post(of(article, f"comments/{comment.pk}/resolution")).status_code == 404
        assert desk.post(of(article, f"links/{link.pk}/revocation")).status_code == 404
    comment.refresh_from_db()
    assert comment.resolved_at is None
    assert preview_links.of(others)[0][1] == preview_links.State.OPEN


def test_djangos_way_to_any_public_page_is_closed(administrator: User, signed_in: Any) -> None:
    person = factories.person("Somebody")
    client = signed_in(administrator)
    for kind in range(1, 60):
        assert client.get(f"/admin/r/{kind}/{person.pk}/").status_code == 404


@pytest.mark.parametrize("query", ["_to_field=id", "_popup=1&_to_field=item", "_changelist_filters=q%3Da"])
def test_no_other_way_of_asking_opens_it(desk: Client, others: Article, query: str) -> None:
    assert desk.get(f"{of(others, 'change')}?{query}").status_code in (400, 404)
    assert desk.get(f"{LIST}{others.item_id}/change/?{query}").status_code in (400, 404)


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["", "?q=Redundancies", "?q=Otto", "?all=", "?state=draft", "?desk=mine", "?e=1", "?whose="]
)
def test_lists_counts_and_filters_know_only_what_is_theirs(
    desk: Client, mine: Article, others: Article, query: str
) -> None:
    response = desk.get(f"{LIST}{query}", follow=True)
    assert set(response.context["cl"].queryset) <= {mine}
    assert response.context["cl"].full_result_count == 1
    assert SECRET not in response.text
    assert "Otto Other" not in response.text.replace('value="Otto"', "")


def test_the_dates_of_what_is_anothers_are_not_listed(
    desk: Client, mine: Article, other_author: User
) -> None:
    then = timezone.now() - timedelta(days=3000)
    factories.article("Long ago", created_by=other_author, at=then)
    assert str(then.year) not in desk.get(LIST).text


@pytest.mark.parametrize(
    "lookup",
    [
        "created_by__email__startswith=o",
        "related__index_entry__title__contains=R",
        "bylines__person__user__password__startswith=a",
    ],
)
def test_lists_cannot_be_asked_about_what_lies_behind_them(
    desk: Client, mine: Article, others: Article, lookup: str
) -> None:
    assert desk.get(f"{LIST}?{lookup}").status_code == 400


def test_the_file_holds_what_the_list_shows(desk: Client, mine: Article, others: Article) -> None:
    lines = b"".join(desk.get(f"{LIST}export/")).decode()
    assert "Low water" in lines
    assert SECRET not in lines
    ticked = {"action": "export", "_selected_action": [mine.pk, others.pk]}
    assert SECRET not in b"".join(desk.post(LIST, ticked)).decode()


@pytest.mark.parametrize(
    "action", ["delete_selected", "submit", "approve", "publish", "archive", "duplicate"]
)
@pytest.mark.parametrize("confirmed", [{}, {"post": "yes", "confirmed": "yes"}])
def test_numbers_ticked_by_hand_do_nothing(
    desk: Client, others: Article, action: str, confirmed: dict[str, str]
) -> None:
    before = Article.objects.values().get(pk=others.pk)
    ticked = {"action": action, "_selected_action": others.pk, f"version-{others.pk}": others.version}
    response = desk.post(LIST, ticked | confirmed, follow=True)
    assert SECRET not in response.text
    assert list(Article.objects.values()) == [before]


def test_authors_take_no_step_that_is_an_editors_with_many_at_once(desk: Client, mine: Article) -> None:
    workflow.submit(mine, mine.created_by)
    for action in ("approve", "publish", "archive", "assign", "unpublish", "reopen"):
        ticked = {"action": action, "_selected_action": mine.pk, "confirmed": "", f"version-{mine.pk}": 1}
        desk.post(LIST, ticked)
    mine.refresh_from_db()
    assert (mine.status, mine.stage) == ("draft", "in_review")


def test_the_desk_and_the_calendar_show_nothing_of_anothers(
    desk: Client, other_author: User, others: Article
) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    factories.article("Soon to be known", created_by=other_author, at=soon)
    workflow.submit(others, other_author)
    for path in ("/admin/", "/admin/calendar/", "/admin/articles/"):
        text = desk.get(path).text
        assert SECRET not in text
        assert "Soon to be known" not in text


def test_the_desk_lists_only_ones_own_last_actions(
    desk: Client, others: Article, other_author: User, signed_in: Any
) -> None:
    save(signed_in(other_author), of(others, "change"), kicker="Exclusive")
    assert LogEntry.objects.filter(object_repr=SECRET).exists()
    assert SECRET not in desk.get("/admin/").text


def test_a_saved_search_is_ones_own(desk: Client, other_author: User, author: User) -> None:
    theirs = SavedSearch.objects.create(
        user=other_author, kind="article", name="Redundancies", query="state=draft"
    )
    assert "Redundancies" not in desk.get(LIST).text
    assert desk.post(f"/admin/searches/{theirs.pk}/deletion/").status_code == 404
    assert SavedSearch.objects.get() == theirs


# --- choosing -----------------------------------------------------------------------------------------------------


def test_further_reading_is_chosen_from_what_readers_get_and_from_ones_own(
    desk: Client, author: User, other_author: User, editor: User, signed_in: Any
) -> None:
    later = timezone.now() + timedelta(days=1)
    factories.article("Water, live", created_by=other_author)
    factories.article("Water, theirs", created_by=other_author, at=later)
    factories.article("Water, mine", created_by=author, at=later)
    assert sorted(autocompleted(desk, "article", "related", "water")) == [
        "Water, live",
        "Water, mine (scheduled)",
    ]
    assert len(autocompleted(signed_in(editor), "article", "related", "water")) == 3


def test_what_an_editor_has_chosen_stays_when_its_author_saves(
    desk: Client, mine: Article, other_author: User, editor: User, signed_in: Any
) -> None:
    scheduled = factories.article(created_by=other_author, at=timezone.now() + timedelta(days=1))
    save(signed_in(editor), of(mine, "change"), related=[scheduled.item_id])
    save(desk, of(mine, "change"), kicker="Tides")
    mine.refresh_from_db()
    assert (mine.kicker, list(mine.related.all())) == ("Tides", [scheduled.item])


def test_what_cannot_be_found_cannot_be_sent(desk: Client, mine: Article, others: Article) -> None:
    response = save(desk, of(mine, "change"), related=[others.item_id])
    assert list(errors(response)) == ["related"]
    assert SECRET not in response.text


def test_a_taken_place_in_a_series_does_not_tell_who_has_it(
    desk: Client, mine: Article, others: Article
) -> None:
    series = factories.series()
    Article.objects.filter(pk=others.pk).update(series=series, part=1)
    response = save(desk, of(mine, "change"), series=series.pk, part=1)
    assert list(errors(response)) == ["part"]
    assert SECRET not in response.text


# --- what is sent along -------------------------------------------------------------------------------------------


def test_a_byline_of_another_article_is_not_moved(desk: Client, mine: Article, others: Article) -> None:
    theirs = others.bylines.get()
    row = {
        "bylines-TOTAL_FORMS": 1,
        "bylines-INITIAL_FORMS": 1,
        "bylines-0-id": theirs.pk,
        "bylines-0-article": mine.pk,
        "bylines-0-person": theirs.person_id,
        "bylines-0-position": 0,
    }
    for extra in ({}, {"bylines-0-DELETE": "on"}, {"bylines-0-article": others.pk}):
        desk.post(of(mine, "change"), fill(desk, of(mine, "change")) | row | extra)
        theirs.refresh_from_db()
        assert (theirs.article_id, mine.bylines.count()) == (others.pk, 0)


FORGED: dict[str, Any] = {
    "status": "published",
    "stage": "approved",
    "published_at_0": "2020-01-01",
    "published_at_1": "10:00",
    "published_at": "2020-01-01 10:00",
    "approved_version": 1,
    "live_version": 1,
    "expires_at": "2020-01-01",
    "version": 9,
    "item": 1,
}


def test_columns_that_are_no_fields_are_ignored(desk: Client, author: User, editor: User) -> None:
    save(desk, ADD, headline="Forged", created_by=editor.pk, published_by=editor.pk, **FORGED)
    made = Article.objects.get()
    save(desk, of(made, "change"), kicker="Again", created_by=editor.pk, reviewer=editor.pk, **FORGED)
    made = Article.objects.get()
    assert (made.kicker, made.status, made.stage, made.version) == ("Again", "draft", "draft", 2)
    assert (made.created_by, made.published_by, made.reviewer) == (author, None, None)
    assert (made.published_at, made.approved_version, made.live_version) == (None, None, None)


def test_nobody_makes_themselves_more_than_they_are(
    chief: User, author: User, signed_in: Any, reader: User
) -> None:
    more = {"is_staff": "on", "is_superuser": "on", "groups": [1, 2, 3, 4], "user_permissions": [1, 2]}
    client = signed_in(chief)
    path = f"/admin/accounts/user/{reader.pk}/change/"
    client.post(path, {"email": reader.email, "name": "Rita R.", "is_active": "on", **more})
    client.post(f"/admin/accounts/user/{chief.pk}/change/", {"email": chief.email, **more})
    client.post(f"/admin/accounts/user/{author.pk}/change/", {"email": "thief@example.org", **more})
    reader.refresh_from_db()
    assert (reader.name, reader.is_staff, reader.is_superuser, reader.groups.count()) == (
        "Rita R.",
        False,
        False,
        0,
    )
    assert User.objects.filter(is_superuser=True).count() == 0
    assert User.objects.get(pk=author.pk).email == author.email


# --- images -------------------------------------------------------------------------------------------------------


def test_the_words_of_an_image_are_corrected_by_who_brought_it(
    desk: Client, author: User, other_author: User, editor: User, signed_in: Any
) -> None:
    own, theirs = factories.image(created_by=author), factories.image(created_by=other_author)
    imported = factories.image()
    save(desk, f"{IMAGES}{own.pk}/change/", alt="A boat at low water")
    for image in (theirs, imported):
        assert desk.get(f"{IMAGES}{image.pk}/change/").status_code == 200
        assert desk.post(f"{IMAGES}{image.pk}/change/", {"alt": "Mine"}).status_code == 403
        save(signed_in(editor), f"{IMAGES}{image.pk}/change/", alt="An editor's words")
    words = [MediaAsset.objects.get(pk=image.pk).alt for image in (own, theirs, imported)]
    assert words == ["A boat at low water", "An editor's words", "An editor's words"]


def test_where_an_image_is_used_names_only_what_they_may_see(
    desk: Client, mine: Article, others: Article, editor: User, signed_in: Any
) -> None:
    image = factories.image()
    Article.objects.update(hero=image)
    shown = desk.get(f"{IMAGES}{image.pk}/change/").text
    assert "Low water" in shown
    assert SECRET not in shown
    assert "1 that is not yours to see" in shown
    assert SECRET in signed_in(editor).get(f"{IMAGES}{image.pk}/change/").text


# --- people -------------------------------------------------------------------------------------------------------


def test_authors_describe_themselves_and_nobody_else(desk: Client, author: User, other_author: User) -> None:
    own = factories.person("Ana Author", user=author)
    theirs, nobodys = factories.person("Otto Other", user=other_author), factories.person("Guest")
    path = f"/admin/people/person/{own.pk}/change/"
    forged: dict[str, Any] = {"name": "Edith Editor", "slug": "edith", "user": other_author.pk}
    links: dict[str, Any] = {
        "links-0-label": "Website",
        "links-0-url": "https://example.org/",
        "links-0-position": 0,
    }
    save(desk, path, bio="Writes about tides.", tagline="Tides", **forged, **links)
    own.refresh_from_db()
    assert (own.bio, own.tagline, own.name, own.slug, own.user) == (
        "Writes about tides.",
        "Tides",
        "Ana Author",
        "ana-author",
        author,
    )
    assert own.links.count() == 1
    for person in (theirs, nobodys):
        path = f"/admin/people/person/{person.pk}/change/"
        assert desk.get(path).status_code == 200
        assert desk.post(path, {"bio": "Nobody.", "user": author.pk}).status_code == 403
    assert not Person.objects.filter(bio="Nobody.").exists()


def test_links_of_another_person_are_not_moved(desk: Client, author: User) -> None:
    own, guest = factories.person("Ana", user=author), factories.person("Guest")
    theirs = guest.links.create(label="Website", url="https://example.org/")
    row = {
        "links-TOTAL_FORMS": 1,
        "links-INITIAL_FORMS": 1,
        "links-0-id": theirs.pk,
        "links-0-person": own.pk,
        "links-0-label": "Mine",
        "links-0-url": "https://example.org/",
        "links-0-position": 0,
    }
    path = f"/admin/people/person/{own.pk}/change/"
    desk.post(path, fill(desk, path) | row)
    theirs.refresh_from_db()
    assert (theirs.person, theirs.label, own.links.count()) == (guest, "Website", 0)


def test_authors_do_not_learn_whose_login_is_whose(desk: Client, other_author: User) -> None:
    person = factories.person("Otto", user=other_author)
    User.objects.filter(pk=other_author.pk).update(name="")
    for path in ("/admin/people/person/", f"/admin/people/person/{person.pk}/change/"):
        assert other_author.email not in desk.get(path).text
