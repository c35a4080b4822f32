from datetime import UTC, datetime

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles import reading
from articles.models import Article, Section, Series
from core.caching import cacheable
from core.paging import page_of
from search.models import IndexEntry


@cacheable()
def article(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Article.objects.live().select_related("section", "series", "hero"), slug=slug)
    return render(request, "articles/article.html", reading.context(found))


@cacheable()
def articles(request: HttpRequest) -> HttpResponse:
    page = page_of(request, IndexEntry.objects.river().filter(kind=Article.kind))
    return render(request, "articles/articles.html", {"page": page, "sections": Section.objects.all()})


@cacheable()
def section(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Section, slug=slug)
    page = page_of(request, IndexEntry.objects.river().filter(item__in=found.articles.values("item")))
    return render(request, "articles/section.html", {"section": found, "page": page})


@cacheable()
def series(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Series, slug=slug)
    parts = reading.parts(found)
    if not parts:
        raise Http404("nothing of this series is published yet")
    return render(request, "articles/series.html", {"series": found, "parts": parts})


@cacheable()
def archive(request: HttpRequest) -> HttpResponse:
    """All months that have articles, newest first."""
    months = (
        Article.objects.live()
        .annotate(month=TruncMonth("published_at", tzinfo=UTC))
        .values("month")
        .annotate(count=Count("pk"))
        .order_by("-month")
    )
    return render(request, "articles/archive.html", {"months": months})


@cacheable()
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    if not (1 <= month <= 12 and 1900 <= year <= 9998):
        raise Http404("no such month")
    begin = datetime(year, month, 1, tzinfo=UTC)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    within = Q(published_at__gte=begin, published_at__lt=end)
    page = page_of(request, IndexEntry.objects.river().filter(within, kind=Article.kind), per_page=50)
    if not page.object_list:
        raise Http404("nothing was published in this month")
    return render(request, "articles/archive_month.html", {"month": begin, "page": page})
