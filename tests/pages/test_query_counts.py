"""Cold pages ask the database a constant number of questions, however much there is to show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import caching
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = {
    "/": 7,
    "/articles/": 6,
    "/articles/sections/science/": 6,
    "/articles/series/a-series/": 5,
    "/articles/the-first/": 5,
    "/articles/archive/": 4,
    "/topics/": 4,
    "/topics/python/": 6,
    "/people/": 5,
    "/people/ana/": 7,
    "/feed/": 4,
    "/articles/sections/science/feed/": 5,
    "/search/?q=headline": 4,
    "/sitemap-published.xml": 3,
}


def fill(number: int) -> None:
    section, series = factories.section("Science"), factories.series("A series")
    ana, topic = factories.person("Ana"), factories.topic("Python")
    for part in range(1, number + 1):
        factories.article(
            "The first headline" if part == 1 else f"Another headline {part}",
            slug="the-first" if part == 1 else "",
            section=section,
            series=series,
            part=part,
            by=[ana, factories.person()],
            about=[topic, factories.topic()],
            hero=factories.laddered(),
        )


def cold(client: Client, path: str) -> int:
    caching.bump()
    caching.push()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("number", [1, 3, pytest.param(30, marks=pytest.mark.soak)])
def test_queries_of_a_cold_page(client: Client, number: int) -> None:
    fill(number)
    expected = PAGES | ({"/": 6} if number < 6 else {})  # a river without entries is not asked for them
    assert {path: cold(client, path) for path in PAGES} == expected
