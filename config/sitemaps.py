"""The sitemap: one part a kind of content, each page of it under 50,000 addresses (sitemaps.org)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.http import HttpRequest, HttpResponse

from articles.models import Section
from core.caching import cacheable
from publishing.models import Topic
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
        return IndexEntry.objects.live().only("path", "changed_at").order_by("id")

    def lastmod(self, entry: IndexEntry) -> datetime:
        return entry.changed_at


class ListsSitemap(_Ours):
    def items(self) -> list[Any]:
        listed = IndexEntry.objects.live().filter(listed=True)
        return [*Section.objects.all(), *Topic.objects.filter(entries__in=listed).distinct()]


SITEMAPS: dict[str, Any] = {"published": PublishedSitemap, "lists": ListsSitemap}


@cacheable()
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return _undated(views.index(request, SITEMAPS, sitemap_url_name="sitemap").render())


@cacheable()
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    return _undated(views.sitemap(request, SITEMAPS, section=section).render())


def _undated(response: HttpResponse) -> HttpResponse:
    """Django dates it by its newest entry: it would look unchanged after a removal. The ETag says better."""
    response.headers.pop("Last-Modified", None)
    return response
