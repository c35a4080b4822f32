"""What stands around published content, as parts of one query: PostgreSQL puts the rows into JSON, and they become models
again here.

The subqueries are for `ArraySubquery(…)` on the content's own rows; they look outwards at its `item`.
"""

import json
from datetime import datetime
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from media_pipeline.models import MediaAsset
from people.models import Person
from search.models import IndexEntry, live_entries

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


def chosen(items: QuerySet[Any, Any], most: int) -> QuerySet[Any, Any]:
    """Of these items, which the editors chose to follow: what readers can see."""
    live = IndexEntry.objects.river().filter(item__in=items).exclude(item=OuterRef("item"))
    return live.values(row=_entry_columns())[:most]


def sharing(topics: QuerySet[Any, Any], most: int) -> QuerySet[Any, Any]:
    """What has most of these topics, too."""
    about = IndexEntry.topics.through.objects.filter(
        live_entries("indexentry__"), topic__in=topics, indexentry__listed=True
    )
    others = (
        about.exclude(indexentry__item=OuterRef("item")).values("indexentry").annotate(shared=Count("id"))
    )
    ranked = others.order_by("-shared", "-indexentry__published_at", "-indexentry")
    return ranked.values(row=_entry_columns("indexentry__"))[:most]


def columns(names: tuple[str, ...], prefix: str = "", **more: Any) -> JSONObject:
    return JSONObject(**{name: F(prefix + name) for name in names}, **more)


def person_columns() -> JSONObject:
    """Of a credit's person."""
    return columns(_PERSON, prefix="person__", portrait=columns(_IMAGE, prefix="person__portrait__"))


def _entry_columns(prefix: str = "") -> JSONObject:
    return columns(_ENTRY, prefix, image=columns(_IMAGE, f"{prefix}image__"))


# --- and back to models -------------------------------------------------------------------------------------


def rows(column: list[str]) -> list[dict[str, Any]]:
    return [json.loads(row) for row in column]


def person(fields: dict[str, Any]) -> Person:
    return Person(**fields | {"portrait": _image(fields["portrait"])})


def entry(fields: dict[str, Any]) -> IndexEntry:
    moment = datetime.fromisoformat(fields["published_at"])
    return IndexEntry(**fields | {"published_at": moment, "image": _image(fields["image"])})


def _image(fields: dict[str, Any]) -> MediaAsset | None:
    return MediaAsset(**fields) if fields["id"] else None
