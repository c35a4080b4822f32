"""The writer of podcast feeds: RSS 2.0 with the namespaces of Apple and of Podcasting 2.0. It knows no kind of content.

    response = answered(channel, items)

Sources: Apple's requirements, podcastindex.org/namespace/1.0, PSP-1. docs/feeds.md says what stands in our feeds.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from django.http import HttpResponse
from django.templatetags.static import static
from django.utils.http import http_date

from core.feeds import XHTML
from publishing.podcast_check.feed import NAMESPACES
from publishing.podcast_rss.changes import last_change
from publishing.podcast_rss.channel import head
from publishing.podcast_rss.items import item
from publishing.podcast_rss.parts import (
    Alternate,
    Channel,
    Chapters,
    ContentLink,
    Extra,
    File,
    Frequency,
    Funding,
    Item,
    License,
    Live,
    Pages,
    Person,
    Picture,
    Remote,
    Soundbite,
    Trailer,
    Transcript,
)
from publishing.podcast_rss.writing import address, attribute, escaped, finished

__all__ = [
    "Alternate",
    "Channel",
    "Chapters",
    "ContentLink",
    "Extra",
    "File",
    "Frequency",
    "Funding",
    "Item",
    "License",
    "Live",
    "Pages",
    "Person",
    "Picture",
    "Remote",
    "Soundbite",
    "Trailer",
    "Transcript",
    "answered",
    "dated",
    "rendered",
]

_SPACES = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())


def answered(channel: Channel, items: Sequence[Item]) -> HttpResponse:
    """For readers anywhere; `core.page_cache` adds the ETag and answers conditional requests."""
    document = rendered(channel, items)
    versions = "".join(said.version for made in items for said in made.transcripts)
    changed_at = last_change(channel.address, document + versions.encode())
    response = HttpResponse(dated(document, changed_at), content_type="application/rss+xml; charset=utf-8")
    response.headers["Last-Modified"] = http_date(changed_at.timestamp())
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def rendered(channel: Channel, items: Sequence[Item]) -> bytes:
    """The whole document, UTF-8, still without the date of its last change (see `dated`).

    The items stand in the order given; the newest of them dates the channel.
    """
    newest = max((made.published for made in items), default=None)
    return finished(
        [
            '<?xml version="1.0" encoding="utf-8"?>\n',
            f'<?xml-stylesheet href="{attribute(static("css/feed.css"))}" type="text/css" media="screen"?>\n',
            f'<rss version="2.0"{_SPACES} xmlns:h="{XHTML}"><channel>\n',
            _greeting(channel),
            head(channel, format_datetime(newest) if newest else ""),
            *map(item, items),
            "</channel></rss>\n",
        ]
    )


def dated(document: bytes, changed_at: datetime) -> bytes:
    """With its lastBuildDate: what says when a document changed cannot count as a change itself."""
    date = f"<lastBuildDate>{format_datetime(changed_at)}</lastBuildDate><generator>"
    return document.replace(b"<generator>", date.encode(), 1)


def _greeting(channel: Channel) -> str:
    """A few words for a person who opens the feed in a browser; apps pass over the foreign namespace."""
    link, title = attribute(address(channel.link)), escaped(channel.title)
    picture = address(channel.image.url) if channel.image else ""
    shown = f'<h:img src="{attribute(picture)}" alt="" width="120" height="120"/>' if picture else ""
    how = "This is the feed of a podcast. To subscribe, copy its address into your podcast app:"
    return (
        f'<h:div class="greeting podcast">{shown}<h:p>{how}</h:p><h:code>{escaped(channel.address)}</h:code>'
        f'<h:p><h:a href="{link}">Back to {title}</h:a></h:p></h:div>\n'
    )
