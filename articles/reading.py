"""What stands around an article on its page: credits, series, neighbours, further reading, structured data."""

from typing import Any

from django.db.models import Case, Count, Q, Value, When

from articles import structured
from articles.models import Article, Series
from search.models import IndexEntry


def context(article: Article) -> dict[str, Any]:
    """Everything the article's template needs; the same for the public page and a preview."""
    topics = list(article.topics.all())
    return {
        "article": article,
        "credits": article.credits,
        "topics": topics,
        "headings": article.body_headings if len(article.body_headings) > 2 else [],
        "parts": parts(article.series) if article.series else [],
        **neighbours(article),
        "related": related(article, [topic.pk for topic in topics]),
        "structured": structured.article(article),
    }


def parts(series: Series) -> list[Article]:
    """The live parts in reading order, light enough for a list."""
    return list(
        series.articles.live()
        .only("headline", "slug", "part", "standfirst", "published_at", "body_words")
        .order_by("part", "published_at")
    )


def related(article: Article, topic_ids: list[int], most: int = 3) -> list[IndexEntry]:
    """What the editors chose, filled up with what shares most topics; never the article itself."""
    chosen = Q(item__in=article.related.values("pk"))
    others = IndexEntry.objects.river().exclude(item=article.item_id)
    ranked = others.annotate(
        chosen=Case(When(chosen, then=1), default=0), shared=Count("topics", filter=Q(topics__in=topic_ids))
    ).filter(Q(chosen=1) | Q(shared__gt=0))
    return list(ranked.order_by("-chosen", "-shared", "-published_at", "-id")[:most])


def neighbours(article: Article) -> dict[str, Any]:
    """`previous` and `next`: {"path", "title"} of the articles published before and after, in one query; {} for a draft."""
    if article.published_at is None:
        return {}
    others = IndexEntry.objects.live().filter(kind=Article.kind, listed=True).exclude(item=article.item_id)
    before = others.filter(published_at__lt=article.published_at).order_by("-published_at", "-id")
    after = others.filter(published_at__gte=article.published_at).order_by("published_at", "id")
    found = [
        direction.annotate(way=Value(way)).values("way", "path", "title")[:1]
        for way, direction in (("previous", before), ("next", after))
    ]
    return {row["way"]: row for row in found[0].union(found[1], all=True)}
