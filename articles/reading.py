"""What stands around an article on its page: credits, series, neighbours, further reading, structured data."""

from typing import Any

from django.db.models import Count, Q

from articles import structured
from articles.models import Article, Series
from search.models import IndexEntry, IndexEntryQuerySet


def context(article: Article) -> dict[str, Any]:
    """Everything the article's template needs; the same for the public page and a preview."""
    topics = list(article.topics.all())
    return {
        "article": article,
        "credits": article.credits,
        "topics": topics,
        "headings": article.body_headings if len(article.body_headings) > 2 else [],
        "parts": parts(article.series) if article.series else [],
        "previous": _neighbour(article, forward=False),
        "next": _neighbour(article, forward=True),
        "related": related(article, [topic.pk for topic in topics]),
        "structured": structured.article(article),
    }


def parts(series: Series) -> list[Article]:
    """The live parts in reading order, light enough for a list."""
    return list(
        series.articles.live().only("headline", "slug", "part", "standfirst", "published_at", "body_words").order_by("part", "published_at")
    )


def related(article: Article, topic_ids: list[int], most: int = 3) -> list[IndexEntry]:
    """What the editors chose, or else what shares most topics; never the article itself."""
    live = IndexEntry.objects.river().exclude(item=article.item_id)
    chosen = list(live.filter(item__in=article.related.values("pk"))[:most])
    if chosen or not topic_ids:
        return chosen
    shared = live.annotate(shared=Count("topics", filter=Q(topics__in=topic_ids))).filter(shared__gt=0)
    return list(shared.order_by("-shared", "-published_at", "-id")[:most])


def _neighbour(article: Article, *, forward: bool) -> IndexEntry | None:
    if article.published_at is None:
        return None
    others: IndexEntryQuerySet = IndexEntry.objects.river().filter(kind=Article.kind).exclude(item=article.item_id)
    if forward:
        return others.filter(published_at__gte=article.published_at).order_by("published_at", "id").first()
    return others.filter(published_at__lt=article.published_at).first()
