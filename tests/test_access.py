"""Who may do what: `access/*.toml` say for each route, method and person what the answer is.

A route without a row fails, and so does a row without a route. The world holds what could leak: an author's drafts and
another one's, scheduled articles, comments, preview links, other people's logins.
"""

import logging
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from itertools import batched
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.db import transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.utils import timezone

from accounts import feed_tokens
from accounts.models import FeedToken, User
from articles.models import Article
from core.models import Work
from episodes.models import LiveRecording, Season, Show
from media_pipeline.delivery.gates import GATES
from media_pipeline.delivery.grants import Grant
from media_pipeline.models import Encoding, Upload
from publishing import workflow
from publishing.models import Publication, Redirect, Revision, SavedSearch
from publishing.sharing import preview_links
from tests import factories
from tests.harness.undrawn import blank
from tests.routes import all_routes

MATRIX = sorted((Path(__file__).parent / "access").glob("*.toml"))
ROWS: list[dict[str, Any]] = [row for area in MATRIX for row in tomllib.loads(area.read_text())["row"]]
PROFILES = (
    "anonymous",
    "reader",
    "stranger",
    "newcomer",
    "author",
    "other_author",
    "editor",
    "publisher",
    "chief",
    "administrator",
)
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
OF_EVERYBODY = ("GET", "POST")
REPRESENTATIVES = ("author",)
"""They try the rest; the whole cast does with --soak."""
ALIKE = {"admin": ("stranger",), "": ("stranger", "newcomer", "other_author", "editor", "publisher", "chief")}
"""Whom --soak alone asks: on the desk a stranger is a reader, and elsewhere one is like the other."""
PRIVATE = ("/admin/", "/account/", "/media/", "/preview/")
AT_ONCE = 48  # rows that are asked of one world
HANDLER = ClientHandler(enforce_csrf_checks=False)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    routes, described = set(all_routes()), {row["route"] for row in ROWS}
    assert len(routes) > 100
    assert sorted(routes - described) == [], "routes of which nobody said who may use them"
    assert sorted(described - routes) == [], "rows of routes that are gone"


@pytest.fixture(autouse=True)
def _gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GATES, "everybody", lambda key, viewer: True)


@pytest.fixture
def world(db, reader, stranger, author, other_author, editor, publisher) -> dict[str, Any]:
    """One of everything that a path of the matrix names: `own` is the author's, `others` the other author's."""
    made = {
        **_of_the_house(),
        **_work_of(author, "own", publisher),
        **_work_of(other_author, "others", publisher),
        "undone": _done_together(editor),
        "reader": reader.pk,
        "stranger": stranger.pk,
        "staff": author.pk,
        "public_encoding": _public_recording(),
        "month": timezone.now().strftime("%Y/%-m"),
    }
    for who, viewer in (("authors", author), ("readers", reader)):
        there = Encoding.objects.get(pk=made["others_encoding"])
        made[f"{who}_grant"] = str(Grant.of(there, f"user:{viewer.pk}"))
    # An autosave right after a save is refused, and commenting has saved the first version
    Revision.objects.update(made_at=timezone.now() - timedelta(hours=1))
    return made


def _of_the_house() -> dict[str, Any]:
    section, series, topic = (
        factories.section("Science"),
        factories.series("A series"),
        factories.topic("Python"),
    )
    live = factories.article(slug="live", section=section, series=series, part=1, about=[topic])
    Publication.objects.create()
    return {
        "live": live.pk,
        "page": factories.static_page("About", slug="about").pk,
        "section": section.pk,
        "series": series.pk,
        "topic": topic.pk,
        "redirect": Redirect.objects.create(path="/old/", item=live.item).pk,
        "group": Group.objects.create(name="A group").pk,
        "region": factories.region().pk,
        "work": Work.objects.create(kind="test.nothing", key="1", state=Work.State.PARKED).pk,
        **_of_the_network(),
    }


def _of_the_network() -> dict[str, Any]:
    """A show at /episodes/show/ with an episode for everybody, one for members, and a live recording."""
    show = factories.show("Show", slug="show")
    heard = factories.episode(slug="heard", of=show, said=[[0, 1000, "Ann", "Good evening."]])
    extra = factories.episode(slug="extra", of=show, for_members=True)
    coming = LiveRecording.objects.create(
        show=show, title="Coming", slug="coming", starts_at=timezone.now() + timedelta(days=1)
    )
    return {
        "show": show.pk,
        "season": Season.objects.create(show=show, number=1).pk,
        "episode": heard.pk,
        "episode_guid": heard.item.guid,
        "extra": extra.pk,
        "extra_guid": extra.item.guid,
        "coming": coming.pk,
    }


def _work_of(user: User, name: str, colleague: User) -> dict[str, Any]:
    """What one author has: a draft with all that hangs on it, and articles that are out and on their way."""
    person = factories.person(user.name, slug=name, user=user)
    later = timezone.now() + timedelta(days=1)
    draft = factories.article(slug=f"{name}-draft", published=False, by=[person], created_by=user)
    said = workflow.comment(draft, colleague, "Is this so?")
    draft.refresh_from_db()
    link = preview_links.make(draft, user, label="Kim", may="comment", days=1, version=draft.version)
    return {
        name: draft.pk,
        f"{name}_live": factories.article(slug=f"{name}-live", by=[person]).pk,
        f"{name}_later": factories.article(slug=f"{name}-later", by=[person], at=later).pk,
        f"{name}_comment": said.pk,
        f"{name}_link": link.pk,
        f"{name}_signed": preview_links.address(link).rstrip("/").rpartition("/")[2],
        f"{name}_search": SavedSearch.objects.create(
            user=user, kind="article", name="Drafts", query="state=draft"
        ).pk,
        f"{name}_image": factories.image(created_by=user).pk,
        f"{name}_upload": Upload.objects.create(
            state=Upload.State.CHECKING, bytes=1, part_bytes=1, created_by=user
        ).token,
        f"{name}_person": person.pk,
        **_recording_of(user, name),
        **_feed_of(user, name),
    }


def _feed_of(user: User, name: str) -> dict[str, Any]:
    """A draft of an episode, and a member's own feed."""
    show = Show.objects.filter(slug="show").first()
    scope = f"show:{show.pk if show else 0}"
    return {
        f"{name}_episode": factories.episode(
            slug=f"{name}-episode", of=show, published=False, created_by=user, by=[]
        ).pk,
        f"{name}_token": feed_tokens.issue(user, scope),
        f"{name}_feed": FeedToken.objects.get(user=user).pk,
    }


def _recording_of(user: User, name: str) -> dict[str, Any]:
    made = factories.recording(created_by=user)
    ready = made.encodings.get().wanted
    file = ready.renditions.get(role="download")
    return {
        f"{name}_recording": made.pk,
        f"{name}_set": ready.pk,
        f"{name}_encoding": made.encodings.get().pk,
        f"{name}_file": file.pk,
        f"{name}_captions": made.transcripts.get().pk,
    }


def _public_recording() -> int:
    found = factories.recording().encodings.get()
    Encoding.objects.filter(pk=found.pk).update(owner="everybody:1")
    return found.pk


def _done_together(editor: User) -> uuid.UUID:
    batch, article = uuid.uuid4(), factories.article(slug="archived")
    workflow.archive(Article.objects.get(pk=article.pk), editor, batch=batch)
    return batch


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> dict[str, RequestFactory]:
    """A browser for each."""
    cast = {}
    for profile in PROFILES:
        client, cast[profile] = Client(), RequestFactory()
        if profile != "anonymous":
            client.force_login(request.getfixturevalue(profile))
        cast[profile].cookies = client.cookies
    return cast


def requests_of(row: dict[str, Any], *, everyone: bool) -> Iterator[tuple[str, str, int]]:
    """(method, profile, expected status) of one row; a single number is meant for everybody.

    HEAD is like GET; `other` is for the methods that have no column of their own.
    """
    for method in [row["only"]] if "only" in row else METHODS:
        column = method if method in row else "GET" if method == "HEAD" else "other"
        expected = str(row[column]).split()
        everybody = expected * len(PROFILES) if len(expected) == 1 else expected
        answers = dict(zip(PROFILES, map(int, everybody), strict=True))
        asked = PROFILES if everyone else asking(row, answers) if method in OF_EVERYBODY else REPRESENTATIVES
        yield from ((method, profile, status) for profile, status in answers.items() if profile in asked)


def asking(row: dict[str, Any], answers: dict[str, int]) -> set[str]:
    """Who asks without --soak: all who must not get what an administrator gets, and two of those who do.

    One of the two is who has the fewest rights, the other somebody else in each row.
    """
    alike = ALIKE["admin" if row["route"].startswith("admin/") else ""]
    let_in = [profile for profile, status in answers.items() if status == answers["administrator"]]
    in_turn = let_in[ROWS.index(row) % len(let_in)]
    return {*PROFILES} - {*let_in} - {*alike} | {let_in[0], in_turn}


def ask(browser: RequestFactory, method: str, path: str, data: dict[str, str], drawn: bool = True) -> Any:
    """The answer; whatever it changed is undone, also in the browser (signing out). `drawn`: with its HTML."""
    if path.startswith("/account/"):  # rate limits would count the questions of the whole cast
        caches["default"].delete_pattern("allauth*")  # type: ignore[attr-defined]
    headers = {"origin": settings.SITE_URL} if method == "POST" else {}
    sent = getattr(browser, method.lower())(path, data if method == "POST" else None, headers=headers)
    with transaction.atomic(), nullcontext() if drawn else blank():
        response = HANDLER(sent.environ)
        transaction.set_rollback(True)
    return response


def filled(row: dict[str, Any], world: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The path and what a POST sends."""
    data = {name: value.format(**world) for name, value in row.get("data", {}).items()}
    return row["path"].format(**world), data


def questions() -> Iterator[Any]:
    """The rows, a few at a time, so that several processes share them; each lot is called by its first route."""
    for few in batched(ROWS, AT_ONCE, strict=False):
        yield pytest.param(few, id=few[0]["route"])


@pytest.fixture
def _in_silence() -> Iterator[None]:
    """Every refusal is worth a line elsewhere; here there are thousands."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("_in_silence")
@pytest.mark.parametrize("rows", list(questions()))
def test_access(
    rows: tuple[dict[str, Any], ...],
    world: dict[str, Any],
    cast: dict[str, RequestFactory],
    pytestconfig: pytest.Config,
) -> None:
    everyone, wrong = pytestconfig.getoption("--soak"), {}
    for row in rows:
        path, data = filled(row, world)
        seen = set[tuple[str, int]]()  # one page of each kind is drawn, and with --soak everybody's
        for method, profile, expected in requests_of(row, everyone=everyone):
            drawn = everyone or (method, expected) not in seen
            seen.add((method, expected))
            answer = ask(cast[profile], method, path, data, drawn)
            if answer.status_code != expected:
                wrong[method, path, profile] = f"{answer.status_code}, not {expected}"
            elif path.startswith(PRIVATE) and _may_be_kept(answer.headers):
                wrong[method, path, profile] = "may be kept by a cache that others share"
    assert wrong == {}


def _may_be_kept(headers: Any) -> bool:
    return "public" in headers.get("Cache-Control", "") or headers.get("ETag", "").startswith("W/")
