"""PostgreSQL away: an honest 503 with a time to come back, and what is in the page cache still answers."""

import pytest
from django.db import OperationalError
from django.test import Client

from articles.models import Article
from core import caching
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every query fails as it does when the server is gone."""

    def gone(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", gone)


def forget() -> None:
    caching.redis().delete(*caching.redis().scan_iter(match=caching.key("*")))


@pytest.mark.parametrize(
    "path", ["/", "/articles/live/", "/feed/", "/search/?q=word", "/nothing-here/", "/sitemap.xml"]
)
def test_a_page_that_is_not_cached_is_a_503(
    client: Client, request: pytest.FixtureRequest, path: str
) -> None:
    factories.article(slug="live")
    client.get("/robots.txt")
    forget()
    request.getfixturevalue("without_database")
    response = client.get(path)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert response.headers["Cache-Control"] == "no-store"


def test_a_cached_page_still_answers(client: Client, request: pytest.FixtureRequest) -> None:
    article: Article = factories.article("Still here")
    client.get(article.get_absolute_url())
    request.getfixturevalue("without_database")
    assert "Still here" in client.get(article.get_absolute_url()).text


def test_somebody_signed_in_gets_a_503_too(signed_in, editor, request: pytest.FixtureRequest) -> None:
    browser = signed_in(editor)
    browser.raise_request_exception = False
    request.getfixturevalue("without_database")
    assert browser.get("/admin/").status_code == 503
