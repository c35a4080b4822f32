"""Without its cache the site is slower and complete: no page fails, nobody is signed out."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.addresses import vouch
from articles.models import Article
from core import caching
from publishing import workflow
from tests import factories
from tests.core.conftest import point_at
from tests.harness.servers import BlackHole, Valkey

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ["/", "/articles/", "/feed/", "/search/?q=text", "/robots.txt", "/sitemap.xml"]


@pytest.fixture
def article() -> Article:
    return factories.article("Read without a cache")


@pytest.fixture(params=["stopped", "hanging", "full"])
def away(request, valkey: Valkey, settings) -> Iterator[str]:
    """Redis does not answer, does not answer and says nothing either, or takes nothing more."""
    if request.param == "hanging":
        with BlackHole() as hole:
            point_at(settings, hole.url)
            yield request.param
    elif request.param == "full":
        valkey.client.config_set("maxmemory", "1")
        yield request.param
    else:
        valkey.stop()
        yield request.param


def test_pages_answer_as_ever_and_soon(away: str, client: Client, article: Article) -> None:
    begin = time.monotonic()
    for page in [*PAGES, article.get_absolute_url()] * 3:
        assert client.get(page).status_code == 200, page
    assert b"Read without a cache" in client.get(article.get_absolute_url()).content
    assert time.monotonic() - begin < 10, "each may be slower; they may not all wait for Redis"


def test_people_sign_in_and_stay_so(away: str, client: Client, reader) -> None:
    vouch(reader)
    attempt = {"login": reader.email, "password": "a-reader's-password"}
    begin = time.monotonic()
    assert client.post("/account/login/", attempt).status_code == 302
    assert time.monotonic() - begin < 5
    assert client.get("/account/").status_code == 200
    assert client.session["_auth_user_id"] == str(reader.pk)


def test_sessions_survive_a_flush(valkey: Valkey, client: Client, reader) -> None:
    client.force_login(reader)
    valkey.client.flushall()
    assert client.session["_auth_user_id"] == str(reader.pk)


def test_edits_are_saved_and_seen_while_it_is_away_and_afterwards(
    valkey: Valkey, client: Client, article: Article
) -> None:
    """The old page is still in the cache when it comes back, and is not served."""
    path = article.get_absolute_url()
    client.get(path)
    kept: dict[Any, Any] = {key: valkey.client.dump(key) for key in valkey.client.keys("*:page:*")}
    assert kept
    valkey.stop()
    article.headline = "Changed meanwhile"
    article.save()
    workflow.saved(article)
    assert b"Changed meanwhile" in Client().get(path).content
    valkey.start()
    for key, value in kept.items():
        valkey.client.restore(key, 0, value)
    caching.redis().connection_pool.paused_until = 0.0  # type: ignore[attr-defined]
    assert caching.push()
    assert b"Changed meanwhile" in Client().get(path).content
