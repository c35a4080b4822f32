"""Cold pages ask the database a constant number of questions, however much there is to show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import caching
from episodes.models import EpisodeLink, Season, ShowLink, SponsorSlot
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = {
    "/episodes/": 8,
    "/episodes/night/": 11,
    "/episodes/night/seasons/1/": 9,
    "/episodes/night/first/": 10,
    "/episodes/night/first/embed/": 5,
    "/people/ana/": 7,
}


def fill(number: int) -> None:
    ana, topic = factories.person("Ana", portrait=factories.image()), factories.topic("Python")
    for one in range(1, number + 1):
        show = factories.show(slug="night" if one == 1 else "", by=[ana, factories.person()])
        season = Season.objects.create(show=show, number=1)
        Season.objects.create(show=show, number=2)
        ShowLink.objects.create(show=show, label="Apple", url="https://podcasts.apple.com/1")
        for part in range(1, number + 1):
            episode = factories.episode(
                slug="first" if one == part == 1 else "",
                of=show,
                season=season,
                by=[ana, factories.person()],
                about=[topic, factories.topic()],
                artwork=factories.laddered(),
                said=[[0, 1000, "Ann", "Hello."]],
                chapters="0 Beginning\n5 Middle",
                soundbites="5 20 Bite",
            )
            for _ in range(number):
                EpisodeLink.objects.create(episode=episode, label="A link", url="https://example.org/")
                SponsorSlot.objects.create(episode=episode, sponsor="Somebody")


def cold(client: Client, path: str) -> int:
    caching.bump()
    caching.push()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_a_cold_page(client: Client, number: int) -> None:
    fill(number)
    assert {path: cold(client, path) for path in PAGES} == PAGES
