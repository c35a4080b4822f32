"""Everywhere a reader could come across one article."""

from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from articles.models import Article
from core import caching
from tests import factories

LISTS = [
    "/",
    "/feed/",
    "/articles/",
    "/articles/feed/",
    "/articles/archive/",
    "/articles/sections/science/",
    "/articles/sections/science/feed/",
    "/articles/series/a-series/",
    "/articles/stays/",
    "/people/",
    "/people/ana/",
    "/people/ana/feed/",
    "/search/?q=okapi",
    "/sitemap-lists.xml",
    "/sitemap-news.xml",
    "/sitemap-published.xml",
    "/topics/",
    "/topics/zoology/",
    "/topics/zoology/feed/",
]


@dataclass
class World:
    """One article that is to go, and one that stays and shares its section and a topic with it."""

    goes: Article
    stays: Article
    traces: tuple[str, ...]
    """What a page holds only while it shows the article: its address, its people, its topics, its month."""

    def showing(self, client: Client) -> list[str]:
        """The addresses whose page shows the article or what is there only because of it."""
        return [path for path in self.addresses() if self._shows(client, path)]

    def addresses(self) -> list[str]:
        month = timezone.now().strftime("/articles/archive/%Y/%-m/")
        return sorted([*LISTS, month, self.goes.get_absolute_url()])

    def _shows(self, client: Client, path: str) -> bool:
        answer = client.get(path)
        assert answer.status_code in (200, 404, 410), path
        others = [trace for trace in self.traces if trace not in path]  # every page names itself
        return answer.status_code == 200 and any(trace in answer.text for trace in others)


def world() -> World:
    science, series = factories.section("Science"), factories.series("A series")
    shared, only = factories.topic("Zoology"), factories.topic("Okapis alone")
    ana = factories.person("Ana")
    last_year = timezone.now().replace(year=timezone.now().year - 1)
    stays = factories.article("Stays", slug="stays", section=science, about=[shared], at=last_year)
    goes = factories.article(
        "The okapi", slug="goes", section=science, about=[shared, only], by=[ana], series=series, part=1
    )
    month = timezone.now().strftime("archive/%Y/%-m/")
    return World(goes, stays, ("/articles/goes/", "/people/ana/", "/topics/okapis-alone/", month))


def forget_pages() -> None:
    """Have every page made anew."""
    caching.bump()
    caching.push()
