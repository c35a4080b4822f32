"""What stands around an article on its page: credits, series, neighbours, further reading, structured data.

All of it is one query besides the article's own: PostgreSQL puts the rows into JSON, and they become models again here.
"""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from articles import structured
from articles.models import Article, Byline, Series
from core.prepared import Prepared
from publishing.models import Topic
from search import around
from search.models import IndexEntry

MOST_RELATED = 3
_PART = ("id", "headline", "slug", "part", "standfirst", "published_at", "body_words")


def context(article: Article) -> dict[str, Any]:
    """Everything the article's template needs; the same for the public page and a preview."""
    row = _around.first(article.pk)
    credits, topics, series_parts, before, after, chosen, shared = map(around.rows, row or [[]] * 7)
    related = chosen + [entry for entry in shared if entry not in chosen]
    article.__dict__["credits"] = [_credit(fields) for fields in credits]
    return {
        "article": article,
        "credits": article.credits,
        "topics": [Topic(**fields) for fields in topics],
        "headings": article.body_headings if len(article.body_headings) > 2 else [],
        "parts": [_part(fields) for fields in series_parts],
        "previous": next(iter(before), None),
        "next": next(iter(after), None),
        "related": [around.entry(fields) for fields in related[:MOST_RELATED]],
        "structured": structured.article(article),
    }


def parts(series: Series) -> list[Article]:
    """The live parts in reading order, light enough for a list."""
    return list(series.articles.live().only(*_PART).order_by("part", "published_at"))


# --- the query ----------------------------------------------------------------------------------------------


def _query(pk: int) -> QuerySet[Any, Any]:
    entries = IndexEntry.objects.live().filter(listed=True).exclude(item=OuterRef("item"))
    articles = entries.filter(kind=Article.kind)
    moment = OuterRef("published_at")
    same_moment = Q(published_at=moment)
    beside = {
        "a_credits": Byline.objects.filter(article=OuterRef("pk")).values(
            row=JSONObject(role="role", person=around.person_columns())
        ),
        "a_topics": Topic.objects.filter(pk__in=_topics()).values(
            row=JSONObject(id="id", name="name", slug="slug")
        ),
        "a_parts": (Article.objects.live() | Article.objects.filter(pk=OuterRef("pk")))
        .filter(series=OuterRef("series"))
        .order_by("part", "published_at")
        .values(row=around.columns(_PART)),
        "a_before": articles.filter(Q(published_at__lt=moment) | same_moment & Q(item__lt=OuterRef("item")))
        .filter(published_at__lte=moment)
        .order_by("-published_at", "-item_id")
        .values(row=around.columns(("path", "title")))[:1],
        "a_after": articles.filter(Q(published_at__gt=moment) | same_moment & Q(item__gt=OuterRef("item")))
        .filter(published_at__gte=moment)
        .order_by("published_at", "item_id")
        .values(row=around.columns(("path", "title")))[:1],
        "a_chosen": around.chosen(_items(), MOST_RELATED),
        "a_shared": around.sharing(_topics(), 2 * MOST_RELATED),  # some of it may be chosen, too
    }
    subqueries = {name: ArraySubquery(rows) for name, rows in beside.items()}
    described: QuerySet[Any, Any] = Article.objects.filter(pk=pk).annotate(**subqueries)
    return described.order_by().values(*subqueries)


def _items() -> QuerySet[Any, Any]:
    """What the editors chose to read next."""
    return Article.related.through.objects.filter(article=OuterRef(OuterRef("pk"))).values("item")


def _topics() -> QuerySet[Any, Any]:
    return Article.topics.through.objects.filter(article=OuterRef(OuterRef("pk"))).values("topic")


_around = Prepared(_query)

# --- and back to models -------------------------------------------------------------------------------------


def _credit(fields: dict[str, Any]) -> Byline:
    return Byline(role=fields["role"], person=around.person(fields["person"]))


def _part(fields: dict[str, Any]) -> Article:
    return Article(**fields | {"published_at": datetime.fromisoformat(fields["published_at"])})
