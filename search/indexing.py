"""Keeps `IndexEntry` in step with what is published. Knows no kind of content: each describes itself as a `Document`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Protocol, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef

from core import caching, work
from media_pipeline.models import MediaAsset
from people.models import Credit, Person
from publishing.models import Item, Publishable, Topic
from search.models import IndexEntry

AT_ONCE = 200  # items a person waits for
MOST_TEXT = 400_000  # characters; a tsvector may not pass 1 MB


@dataclass(slots=True)
class Document:
    """What a kind of content tells the index about one of its rows. `byline` is made by `credit_line`."""

    title: str
    summary: str = ""
    kicker: str = ""
    kicker_path: str = ""
    hue: int | None = None
    byline: list[dict[str, str]] = field(default_factory=list)
    meta: str = ""
    image: MediaAsset | None = None
    body: str = ""
    body_html: str = ""
    topics: list[Topic] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    listed: bool = True
    published_at: datetime | None = None
    """When lists show it first, if that is not when it was published."""


class Indexable(Protocol):
    def index_document(self) -> Document: ...


def credit_line(credits: Iterable[Credit]) -> list[dict[str, str]]:
    """The byline as cards and feeds print it: name, path of the person's page, role ("" for the author)."""
    return [{"name": c.person.name, "path": c.person.get_absolute_url(), "role": c.role} for c in credits]


@transaction.atomic(savepoint=False)
def index(content: Publishable) -> None:
    """Write the row of published content, or remove that of content that is no longer published.

    The content is locked by whoever publishes it, so nobody else writes the same row.
    """
    if content.status != Publishable.Status.PUBLISHED:
        IndexEntry.objects.filter(item_id=content.item_id).delete()
        return
    document = cast(Indexable, content).index_document()
    topics, people = _shown_with(content.item_id)
    columns = _columns(content, document)
    (entry,) = IndexEntry.objects.bulk_create(
        [IndexEntry(item_id=content.item_id, **columns)],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=list(columns),
    )
    _show_with(entry.topics, topics, {topic.pk for topic in document.topics})
    _show_with(entry.people, people, {person.pk for person in document.people})


def _shown_with(item: int) -> tuple[set[int], set[int]]:
    """The topics and the people of an Item's row, if there is one."""
    topics = IndexEntry.topics.through.objects.filter(indexentry=OuterRef("pk")).values("topic")
    people = IndexEntry.people.through.objects.filter(indexentry=OuterRef("pk")).values("person")
    rows = IndexEntry.objects.filter(item=item).values_list(ArraySubquery(topics), ArraySubquery(people))
    had = rows.first()
    return (set(had[0]), set(had[1])) if had else (set(), set())


def _show_with(relation: Any, had: set[int], wanted: set[int]) -> None:
    if gone := had - wanted:
        relation.remove(*gone)
    if new := wanted - had:
        relation.add(*new)


@transaction.atomic
def reindex(items: Iterable[int]) -> None:
    """Write the rows of these Items anew, after something they all show has changed; cached pages are stale at once.

    More than AT_ONCE are left to workers.
    """
    ids = sorted(set(items))
    if len(ids) > AT_ONCE:
        for chunk in batched(ids, AT_ONCE, strict=False):
            work.enqueue("search.reindex", work.key_of(chunk), {"items": list(chunk)})
    else:
        for item in Item.objects.filter(pk__in=ids).order_by("pk"):
            refresh(item)
    caching.bump()


@transaction.atomic
def refresh(item: Item) -> None:
    """Bring the row of one Item up to date; it is removed if the content is gone.

    Whoever is changing the content is waited for: the row must not be written from what was there before.
    """
    if content := item.content(locked=True):
        index(content)
    else:
        IndexEntry.objects.filter(item=item).delete()


def _columns(content: Publishable, document: Document) -> dict[str, Any]:
    names = [person.name for person in document.people] + [topic.name for topic in document.topics]
    return {
        "kind": content.kind,
        "listed": document.listed,
        "path": content.get_absolute_url(),
        "kicker": document.kicker,
        "kicker_path": document.kicker_path,
        "hue": document.hue,
        "title": document.title,
        "summary": document.summary,
        "byline": document.byline,
        "names": ", ".join(names),
        "meta": document.meta,
        "image": document.image,
        "body": document.body[:MOST_TEXT],
        "body_html": document.body_html,
        "published_at": document.published_at or content.published_at,
        "expires_at": content.expires_at,
        "changed_at": content.revised_at or content.published_at,
    }
