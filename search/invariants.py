from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from core.invariants import invariant
from publishing.models import KINDS, Publishable
from search.models import IndexEntry


@invariant("What is published is in the index, as it is")
def published_is_indexed() -> Iterator[str]:
    for kind, model in KINDS.items():
        published = model._default_manager.filter(status=Publishable.Status.PUBLISHED).order_by("pk")
        entries = IndexEntry.objects.filter(kind=kind).only(
            "item_id", "path", "title", "published_at", "expires_at"
        )
        known = {entry.item_id: entry for entry in entries}
        for content in published.iterator(chunk_size=500):
            if entry := known.get(content.item_id):
                yield from _differences(content, entry)
            else:
                yield f"{kind} {content.pk} is published and not in the index."


def _differences(content: Publishable, entry: IndexEntry) -> Iterator[str]:
    pairs = {
        "address": (content.get_absolute_url(), entry.path),
        "title": (content.title, entry.title),
        "date": (content.published_at, entry.published_at),
        "expiry": (content.expires_at, entry.expires_at),
    }
    for what, (true, indexed) in pairs.items():
        if true != indexed:
            yield f"{content.kind} {content.pk}: its {what} is {true}, in the index {indexed}."


@invariant("What is in the index is published")
def indexed_is_published() -> Iterator[str]:
    for kind, model in KINDS.items():
        published = model._default_manager.filter(
            item_id=OuterRef("item_id"), status=Publishable.Status.PUBLISHED
        )
        for entry in IndexEntry.objects.filter(~Exists(published), kind=kind).order_by("pk"):
            yield f"“{entry}” at {entry.path} is in the index, and no {kind} of that identity is published."
    for entry in IndexEntry.objects.exclude(kind__in=KINDS).order_by("pk"):
        yield f"“{entry}” is in the index as a {entry.kind}, which nothing is."
