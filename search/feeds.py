from datetime import UTC, datetime
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import Now
from django.http import HttpResponse
from django.utils.html import format_html

from core.feeds import Rss, clean, respond
from core.markdown import inline_text
from core.models import Generation
from publishing.models import Publication
from search.models import IndexEntry, IndexEntryQuerySet

LENGTH = 30  # items


def feed_of(
    entries: IndexEntryQuerySet, *, title: str, path: str, feed_path: str, description: str = ""
) -> HttpResponse:
    """A full-text feed of the newest entries, whatever their kinds. An empty `title` is the publication's own feed."""
    publication = Publication.current()
    newest = list(
        entries.live()
        .filter(listed=True)
        .select_related("item", "image")
        .order_by("-published_at", "-id")[:LENGTH]
    )
    feed = Rss(
        title=f"{title} – {publication.name}" if title else publication.name,
        path=path,
        feed_path=feed_path,
        description=description or publication.description or publication.tagline or publication.name,
        changed_at=_changed_at(entries, newest),
        language="en",
    )
    for entry in newest:
        feed.add_item(**_item(entry))
    return respond(feed)


def _changed_at(entries: IndexEntryQuerySet, newest: list[IndexEntry]) -> datetime:
    """The last content change: an edit or a removal anywhere, or what has come due or expired by itself since."""
    over = entries.filter(listed=True, expires_at__lte=Now()).order_by("-expires_at").values("expires_at")
    changes = Generation.objects.values_list("changed_at", Subquery(over[:1])).first() or ()
    moments = [*changes, *(entry.published_at for entry in newest[:1])]
    return max((moment for moment in moments if moment), default=datetime.now(UTC))


def _item(entry: IndexEntry) -> dict[str, Any]:
    return {
        "title": inline_text(clean(entry.title)),
        "link": entry.path,
        "description": inline_text(clean(entry.summary)),
        "content": _picture(entry) + entry.body_html,
        "creators": [credit["name"] for credit in entry.byline],
        "pubdate": entry.published_at,
        "unique_id": entry.item.guid.urn,
        "unique_id_is_permalink": False,
        "categories": [entry.kicker] if entry.kicker else [],
    }


def _picture(entry: IndexEntry) -> str:
    if entry.image is None:
        return ""
    image = entry.image.shared
    return format_html(
        '<p><img src="{}" alt="{}" width="{}" height="{}"></p>',
        image.url,
        entry.image.alt,
        image.width,
        image.height,
    )
