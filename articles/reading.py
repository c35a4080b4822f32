"""What stands around an article on its page: credits, series, neighbours, further reading, structured data.

All of it is one query besides the article's own: PostgreSQL puts the rows into JSON, and they become models again here.
"""

import json
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from articles import structured
from articles.models import Article, Byline, Series
from core.prepared import Prepared
from media_pipeline.models import MediaAsset
from people.models import Person
from publishing.models import Topic
from search.models import IndexEntry, live_entries

MOST_RELATED = 3
_IMAGE = ("id", "key", "alt", "decorative", "credit", "width", "height", "focal_x", "focal_y", "ladder")
_ENTRY = (
    "kind",
    "path",
    "kicker",
    "kicker_path",
    "hue",
    "title",
    "summary",
    "byline",
    "meta",
    "published_at",
)
_PERSON = ("id", "name", "slug", "tagline")
_PART = ("id", "headline", "slug", "part", "standfirst", "published_at", "body_words")


def context(article: Article) -> dict[str, Any]:
    """Everything the article's template needs; the same for the public page and a preview."""
    row = _around.first(article.pk)
    credits, topics, series_parts, before, after, chosen, shared = map(_rows, row or [[]] * 7)
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
        "related": [_entry(fields) for fields in related[:MOST_RELATED]],
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
    around = {
        "a_credits": Byline.objects.filter(article=OuterRef("pk")).values(row=_credit_columns()),
        "a_topics": Topic.objects.filter(pk__in=_topics()).values(
            row=JSONObject(id="id", name="name", slug="slug")
        ),
        "a_parts": (Article.objects.live() | Article.objects.filter(pk=OuterRef("pk")))
        .filter(series=OuterRef("series"))
        .order_by("part", "published_at")
        .values(row=_columns(_PART)),
        "a_before": articles.filter(Q(published_at__lt=moment) | same_moment & Q(item__lt=OuterRef("item")))
        .filter(published_at__lte=moment)
        .order_by("-published_at", "-item_id")
        .values(row=_columns(("path", "title")))[:1],
        "a_after": articles.filter(Q(published_at__gt=moment) | same_moment & Q(item__gt=OuterRef("item")))
        .filter(published_at__gte=moment)
        .order_by("published_at", "item_id")
        .values(row=_columns(("path", "title")))[:1],
        "a_chosen": _chosen(),
        "a_shared": _shared(),
    }
    subqueries = {name: ArraySubquery(rows) for name, rows in around.items()}
    described: QuerySet[Any, Any] = Article.objects.filter(pk=pk).annotate(**subqueries)
    return described.order_by().values(*subqueries)


def _chosen() -> QuerySet[Any, Any]:
    """What the editors chose to read next."""
    items = Article.related.through.objects.filter(article=OuterRef(OuterRef("pk"))).values("item")
    live = IndexEntry.objects.river().filter(item__in=items).exclude(item=OuterRef("item"))
    return live.values(row=_entry_columns())[:MOST_RELATED]


def _shared() -> QuerySet[Any, Any]:
    """What shares most topics with the article; twice as much as is shown, as some of it may be chosen, too."""
    about = IndexEntry.topics.through.objects.filter(
        live_entries("indexentry__"), topic__in=_topics(), indexentry__listed=True
    )
    others = (
        about.exclude(indexentry__item=OuterRef("item")).values("indexentry").annotate(shared=Count("id"))
    )
    ranked = others.order_by("-shared", "-indexentry__published_at", "-indexentry")
    return ranked.values(row=_entry_columns("indexentry__"))[: 2 * MOST_RELATED]


def _topics() -> QuerySet[Any, Any]:
    return Article.topics.through.objects.filter(article=OuterRef(OuterRef("pk"))).values("topic")


def _entry_columns(prefix: str = "") -> JSONObject:
    return _columns(_ENTRY, prefix, image=_columns(_IMAGE, f"{prefix}image__"))


def _credit_columns() -> JSONObject:
    portrait = _columns(_IMAGE, prefix="person__portrait__")
    person = _columns(_PERSON, prefix="person__", portrait=portrait)
    return JSONObject(role="role", person=person)


def _columns(names: tuple[str, ...], prefix: str = "", **more: JSONObject) -> JSONObject:
    return JSONObject(**{name: F(prefix + name) for name in names}, **more)


_around = Prepared(_query)

# --- and back to models -------------------------------------------------------------------------------------


def _rows(column: list[str]) -> list[dict[str, Any]]:
    return [json.loads(row) for row in column]


def _image(fields: dict[str, Any]) -> MediaAsset | None:
    return MediaAsset(**fields) if fields["id"] else None


def _credit(fields: dict[str, Any]) -> Byline:
    person = fields["person"]
    return Byline(role=fields["role"], person=Person(**person | {"portrait": _image(person["portrait"])}))


def _part(fields: dict[str, Any]) -> Article:
    return Article(**fields | {"published_at": datetime.fromisoformat(fields["published_at"])})


def _entry(fields: dict[str, Any]) -> IndexEntry:
    moment = datetime.fromisoformat(fields["published_at"])
    return IndexEntry(**fields | {"published_at": moment, "image": _image(fields["image"])})
