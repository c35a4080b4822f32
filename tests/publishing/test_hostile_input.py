"""Whatever is sent to the desk's pages: a refusal or an error in the form, never a failure, and no row more."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from core.models import Work
from publishing.models import Comment, EditorialEvent, PreviewLink, Revision
from publishing.steps import STEPS
from tests import factories
from tests.admin_forms import fill
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/article/add/"
FAR = 10**40
TEXTS = [
    "\0",
    "9" * 400,
    "-1",
    "²",
    "a\0b",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "%00",
]
FIELDS = [
    "headline",
    "body",
    "slug",
    "hero",
    "section",
    "series",
    "part",
    "topics",
    "related",
    "_base",
    "_seen",
    "bylines-0-id",
    "bylines-0-person",
    "bylines-0-position",
    "bylines-TOTAL_FORMS",
    "canonical_url",
]
STEP_FIELDS = [
    "when",
    "at",
    "expires_at",
    "why",
    "fingerprint",
    "reason",
    "approve-version",
    "approve-why",
    "submit-reviewer",
    "submit-due_on",
    "assign-reviewer",
    "assign-due_on",
    "comment-field",
    "comment-text",
    "publish_edits-when",
    "publish_edits-at",
    "expire-expires_at",
    "take_down-why",
]


@pytest.fixture
def desk(publisher: User, signed_in: Callable[[User], Client]) -> Client:
    client = signed_in(publisher)
    client.raise_request_exception = False
    return client


@pytest.fixture
def live(publisher: User) -> Article:
    article = factories.article("Tides", slug="tides")
    edit(article, publisher, body="An edit that waits.")
    return article


def rows() -> list[Any]:
    counted = [model.objects.count() for model in (Revision, EditorialEvent, Comment, PreviewLink, Work)]
    return [*counted, Article.objects.values().get()]


def page(number: object, name: str) -> str:
    return f"/admin/articles/article/{number}/{name}/"


def in_turn(fields: list[str], texts: list[str]) -> list[Any]:
    """One text for each field; each text for all of them with --soak."""
    mixed = dict(zip(fields, cycle(texts), strict=False))
    soaked = [pytest.param(dict.fromkeys(fields, text), marks=pytest.mark.soak) for text in texts]
    return [pytest.param(mixed, id="in turn"), *soaked]


@pytest.mark.parametrize("nonsense", in_turn(FIELDS, TEXTS))
def test_a_form_with_nonsense_in_it_is_shown_again_or_saved_as_it_is(
    desk: Client, live: Article, nonsense: dict[str, str]
) -> None:
    good = fill(desk, page(live.pk, "change"))
    for field, text in nonsense.items():
        sent = good | {field: text, "_continue": ""}
        assert desk.post(page(live.pk, "change"), sent).status_code in (200, 302, 400), field
        assert desk.post(page(live.pk, "check"), sent).status_code in (200, 400), field
        assert desk.post(page(live.pk, "autosave"), sent).status_code in (200, 400, 409), field
        assert desk.get(page(live.pk, "change") + "?unsaved=1").status_code in (200, 400), field


@pytest.mark.parametrize("texts", in_turn(STEP_FIELDS, TEXTS))
def test_a_step_with_nonsense_in_it_is_not_taken(desk: Client, live: Article, texts: dict[str, str]) -> None:
    before = rows()
    nonsense = texts | {"why": "\0", "take_down-why": "\0", "comment-text": "\0"}
    closed = {"discard_edits", "keep_edits", "unpublish", "archive", "reopen"}
    for name in STEPS.keys() - closed:
        answer = desk.post(page(live.pk, "publication"), nonsense | {name: ""})
        assert answer.status_code in (200, 403), name
        assert rows() == before, name


def test_what_is_no_form_at_all_is_refused(desk: Client, live: Article) -> None:
    before, deep = rows(), "[" * 10_000
    for name in ("change", "publication", "links", "check"):
        for body in (deep, '{"headline": NaN}', "", "\0"):
            answer = desk.post(page(live.pk, name), body, content_type="application/json")
            assert answer.status_code in (200, 400, 403), name
    assert desk.post(ADD, deep, content_type="application/json").status_code in (200, 400)
    assert rows() == before


def test_numbers_that_nothing_has(desk: Client, live: Article) -> None:
    for name in ("change", "publication", "preview", "history", "compare", "links", "copy", "delete"):
        assert desk.get(page(FAR, name)).status_code == 404, name
    for name in ("autosave", "presence", "check"):
        assert desk.post(page(FAR, name)).status_code == 404, name
    for number in (0, FAR):
        assert desk.post(page(live.pk, f"revisions/{number}/restoration")).status_code == 404
        assert desk.post(page(live.pk, f"comments/{number}/resolution")).status_code == 404
        assert desk.post(page(live.pk, f"links/{number}/revocation")).status_code == 404


@pytest.mark.parametrize("number", ["-1", "0", "9" * 400, "x", "²", "1.5", "%00"])
def test_pages_and_revisions_that_there_are_not(desk: Client, live: Article, number: str) -> None:
    assert desk.get(page(live.pk, "history") + f"?page={number}").status_code == 404
    assert desk.get(page(live.pk, "compare") + f"?from={number}&to={number}").status_code == 400
    assert desk.get(page(live.pk, "preview") + f"?revision={number}").status_code in (200, 400, 404)


def test_a_text_that_is_too_long_is_refused_before_it_is_read(desk: Client, live: Article) -> None:
    before = rows()
    for name in ("change", "autosave", "check"):
        sent = fill(desk, page(live.pk, "change"), body="x" * 6_000_000)
        assert desk.post(page(live.pk, name), sent).status_code == 400
    assert rows() == before


def test_nothing_is_saved_by_asking_for_what_was_not_saved(desk: Client, live: Article) -> None:
    for button in ("_save", "_saveasnew", "_publish", "_popup"):
        sent = fill(desk, page(live.pk, "change"), headline="Never saved") | {button: "1"}
        desk.post(page(live.pk, "autosave"), sent)
        before = rows()
        for query in ("?unsaved=1", f"?unsaved=1&{button}=1", "?unsaved=1&_to_field=id"):
            assert desk.get(page(live.pk, "change") + query).status_code in (200, 400)
        assert rows() == before
