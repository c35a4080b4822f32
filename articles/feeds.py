from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from articles.models import Article, Section
from core.caching import cacheable
from search.feeds import feed_of
from search.models import IndexEntry


@cacheable(max_age=300)
def articles_feed(request: HttpRequest) -> HttpResponse:
    entries = IndexEntry.objects.filter(kind=Article.kind)
    return feed_of(entries, title="Articles", path=reverse("articles"), feed_path=request.path)


@cacheable(max_age=300)
def section_feed(request: HttpRequest, slug: str) -> HttpResponse:
    section = get_object_or_404(Section, slug=slug)
    entries = IndexEntry.objects.filter(item__in=section.articles.values("item"))
    path = section.get_absolute_url()
    return feed_of(
        entries, title=section.name, path=path, feed_path=request.path, description=section.description
    )
