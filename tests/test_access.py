"""Who may do what: `access_matrix.toml` says for each route, method and person what the answer is.

A route without a row fails, and so does a row without a route. The world holds what could leak: a draft, a scheduled
article, other people's logins.
"""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.utils import timezone

from articles.models import Article
from core.models import Work
from publishing.models import Publication, Redirect
from tests import factories
from tests.routes import all_routes

MATRIX = Path(__file__).parent / "access_matrix.toml"
ROWS: list[dict[str, Any]] = tomllib.loads(MATRIX.read_text())["row"]
PROFILES = ("anonymous", "reader", "stranger", "author", "editor", "administrator")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    routes, described = set(all_routes()), {row["route"] for row in ROWS}
    assert len(routes) > 100
    assert sorted(routes - described) == [], "routes of which nobody said who may use them"
    assert sorted(described - routes) == [], "rows of routes that are gone"


@pytest.fixture
def world(db, reader, stranger, author, editor, administrator) -> dict[str, Any]:
    """One of everything that a path of the matrix names."""
    section, series, topic = (
        factories.section("Science"),
        factories.series("A series"),
        factories.topic("Python"),
    )
    person = factories.person("Ana", user=author)
    live = factories.article(slug="live", section=section, series=series, part=1, by=[person], about=[topic])
    draft = factories.article(slug="draft", published=False)
    later = factories.article(slug="later", at=timezone.now() + timedelta(days=1))
    page = factories.static_page("About", slug="about")
    Publication.objects.create()
    return {
        "live": live.pk,
        "draft": draft.pk,
        "later": later.pk,
        "page": page.pk,
        "section": section.pk,
        "series": series.pk,
        "topic": topic.pk,
        "person": person.pk,
        "image": factories.image().pk,
        "redirect": Redirect.objects.create(path="/old/", item=live.item).pk,
        "group": Group.objects.create(name="A group").pk,
        "work": Work.objects.create(kind="test.nothing", key="1", state=Work.State.PARKED).pk,
        "stranger": stranger.pk,
        "article_type": ContentType.objects.get_for_model(Article).pk,
        "month": timezone.now().strftime("%Y/%-m"),
    }


@pytest.fixture
def clients(request: pytest.FixtureRequest) -> dict[str, Client]:
    clients = {profile: Client(raise_request_exception=False) for profile in PROFILES}
    for profile, client in clients.items():
        if profile != "anonymous":
            client.force_login(request.getfixturevalue(profile))
    return clients


def requests_of(row: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """(method, profile, expected status) of one row; a single number is meant for everybody.

    HEAD is like GET; `other` is for the methods that have no column of their own.
    """
    for method in METHODS:
        column = "GET" if method == "HEAD" else method
        expected = str(row[column] if column in row else row["other"]).split()
        everybody = expected * len(PROFILES) if len(expected) == 1 else expected
        for profile, status in zip(PROFILES, everybody, strict=True):
            yield method, profile, int(status)


def ask(client: Client, method: str, path: str, data: dict[str, str]) -> int:
    """The status of the answer; whatever it changed is undone, also in the browser (signing out)."""
    # Rate limits would count the questions of the whole cast.
    caches["default"].delete_pattern("allauth*")  # type: ignore[attr-defined]
    cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    with transaction.atomic():
        sent = data if method == "POST" else None
        status: int = getattr(client, method.lower())(path, sent).status_code
        transaction.set_rollback(True)
    client.cookies = cookies
    return status


def area(row: dict[str, Any]) -> str:
    """Rows that are asked of one world: `admin/articles`, `account`, `` for the public site."""
    parts = row["route"].split("/")
    return "/".join(parts[:2]) if parts[0] == "admin" else parts[0] * (parts[0] == "account")


AREAS = sorted({area(row) for row in ROWS})


@pytest.mark.parametrize("name", AREAS)
def test_access(name: str, world: dict[str, Any], clients: dict[str, Client]) -> None:
    wrong = {}
    for row in (row for row in ROWS if area(row) == name):
        path = row["path"].format(**world)
        for method, profile, expected in requests_of(row):
            status = ask(clients[profile], method, path, row.get("data", {}))
            if status != expected:
                wrong[method, path, profile] = f"{status}, not {expected}"
    assert wrong == {}


def test_nothing_private_may_be_kept(world: dict[str, Any], clients: dict[str, Client]) -> None:
    kept = {}
    for row in ROWS:
        if row["path"].startswith(("/admin/", "/account/")):
            response = clients["administrator"].get(row["path"].format(**world))
            if (
                "public" in response.headers.get("Cache-Control", "")
                or response.headers.get("ETag", "")[:2] == "W/"
            ):
                kept[row["path"]] = response.headers["Cache-Control"]
    assert kept == {}
