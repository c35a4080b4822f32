"""What podcast apps will get of one episode: its item as the feeds will have it, and what the checker says of that."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from core.clock import database_now
from core.links import absolute
from episodes.feeds.building import channel_of
from episodes.feeds.gathering import gathered
from episodes.feeds.items import Items
from episodes.models import Episode
from publishing import podcast_check, podcast_rss, revisions
from publishing.steps.publication_views import get_content

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

_ITEM = re.compile(rb"<item>.*?</item>", re.DOTALL)
_BREAK = re.compile(
    r">(?=<(?!/)(?:itunes|podcast|content|title|link|guid|pubDate|description|enclosure)[:\s>]?)"
)


@require_safe
def feed_entry(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """Of the newest revision, published or not."""
    episode = get_content(admin, request, object_id)
    if not admin.has_view_or_change_permission(request, episode):
        raise PermissionDenied
    taken = revisions.newest(episode).snapshot if episode.version else revisions.snapshot(episode)
    when: dict[str, Any] = {} if episode.published_at else {"published_at": database_now()}
    with revisions.as_if(episode, taken, **when) as proposed:
        made, document = _entry(proposed)
        image = made.image or podcast_rss.Picture("") if made else None
        picture = (image and image.url) or (proposed.show.artwork.shared.url if proposed.show.artwork else "")
        shown = {
            "title": "Feed entry",
            "opts": admin.opts,
            "episode": proposed,
            "show": proposed.show,
            "item": made,
            "picture": picture,
            "xml": _readable(document),
            "findings": list(_findings(document)) if made else [],
            "feed": absolute(proposed.show.feed_path),
            "change_url": admin.address("change", episode),
            "is_extra": proposed.for_members,
        }
        context = admin.admin_site.each_context(request) | shown
        return TemplateResponse(request, "admin/episodes/feed_entry.html", context).render()


def _entry(episode: Episode) -> tuple[podcast_rss.Item | None, bytes]:
    """The item, None while there is nothing to hear, and a feed that holds nothing else."""
    show = episode.show
    found = gathered(Episode.objects.filter(pk=episode.pk).for_feeds(), show, 0, 1)
    items = Items(found).made()
    channel = replace(channel_of(show, show.feed_path), live=[])
    return (items[0] if items else None), podcast_rss.rendered(channel, items)


def _readable(document: bytes) -> str:
    """The item alone, an element a line."""
    found = _ITEM.search(document)
    return _BREAK.sub(">\n", found[0].decode()) if found else ""


def _findings(document: bytes) -> Iterator[podcast_check.Finding]:
    """Those about the item, each rule once; the channel is judged by `manage.py check_feed`."""
    return iter(
        {found.rule: found for found in reversed(podcast_check.check(document)) if found.item}.values()
    )
