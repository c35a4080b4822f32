"""The sitemap: one part a kind of content, each page of it under 50,000 addresses (sitemaps.org); one part is the news."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from articles.models import Section
from core.caching import LIFETIME, cacheable
from core.feeds import clean
from core.markdown import inline_text
from episodes.models import Episode, Season, Show
from publishing.models import KINDS, Publication, Topic
from search.models import IndexEntry


class _Site:
    """What Django's sitemaps call a site: our own address, from SITE_URL."""

    domain = name = settings.SITE_URL.partition("://")[2]


class _Ours(Sitemap):  # type: ignore[type-arg]  # not subscriptable at run time
    limit = 10_000
    protocol = settings.SITE_URL.partition("://")[0]

    def get_domain(self, site: Any = None) -> str:
        return _Site.domain


class PublishedSitemap(_Ours):
    def items(self) -> Any:
        for_members = {"kind": Episode.kind, "listed": False}
        return IndexEntry.objects.live().exclude(**for_members).only("path", "changed_at").order_by("id")

    def lastmod(self, entry: IndexEntry) -> datetime:
        return entry.changed_at


class ListsSitemap(_Ours):
    def items(self) -> list[Any]:
        listed = IndexEntry.objects.live().filter(listed=True)
        heard = Episode.objects.public().filter(show__hidden=False)
        return [
            *Section.objects.all(),
            *Topic.objects.filter(entries__in=listed).distinct(),
            *Show.objects.filter(pk__in=heard.values("show")),
            *Season.objects.filter(pk__in=heard.values("season")).select_related("show"),
        ]


class NewsSitemap(_Ours):
    """Google's news sitemap: what appeared in the last two days, of the kinds that are news, 1,000 at most.

    https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap. What is about to be too old is left
    out already: a kept page is at most LIFETIME old, so it never names anything older, and no other page is kept shorter.
    """

    limit = 1_000
    newest = timedelta(days=2) - timedelta(seconds=LIFETIME)

    def items(self) -> Any:
        news = [kind for kind, model in KINDS.items() if model.is_news]
        recent = IndexEntry.objects.live().filter(
            kind__in=news, listed=True, published_at__gt=Now() - self.newest
        )
        columns = ("path", "title", "published_at")
        return list(recent.only(*columns).order_by("-published_at", "-id")[: self.limit])


SITEMAPS: dict[str, Any] = {"published": PublishedSitemap, "lists": ListsSitemap, "news": NewsSitemap}


@cacheable()
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return _undated(views.index(request, SITEMAPS, sitemap_url_name="sitemap").render())


@cacheable()
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    return _undated(views.sitemap(request, SITEMAPS, section=section).render())


@cacheable()
def news_sitemap(request: HttpRequest) -> HttpResponse:
    response = views.sitemap(request, {"news": NewsSitemap}, template_name="sitemaps/news.xml")
    context: Any = response.context_data
    context["publication_name"] = clean(Publication.current().name)
    for url in context["urlset"]:
        url["title"] = clean(inline_text(url["item"].title))
        url["date"] = url["item"].published_at.isoformat(timespec="seconds")
    return _undated(response.render())


def _undated(response: HttpResponse) -> HttpResponse:
    """Django dates it by its newest entry: it would look unchanged after a removal. The ETag says better."""
    response.headers.pop("Last-Modified", None)
    return response
