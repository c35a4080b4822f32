"""The base of every feed: RSS 2.0 with full text, a stable identity an item, and the last *content* change as its date.

Django's own `Feed` view dates a feed by its newest item and so answers a stale 304 after an edit or a removal; here the
caller says when the content changed, and `core.page_cache` adds the ETag.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.utils.feedgenerator import Rss201rev2Feed, Stylesheet
from django.utils.http import http_date

from core.links import absolute

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHOICE, _IMG = re.compile(r"<source [^>]*>|</?picture>"), re.compile(r"<img [^>]*>")
_FOR_SCREENS = re.compile(r' (?:srcset|sizes)="[^"]*"')
XHTML = "http://www.w3.org/1999/xhtml"


def clean(text: str) -> str:
    """Without the characters that XML 1.0 (section 2.2) cannot hold."""
    return _NOT_XML.sub("", text)


class Rss(Rss201rev2Feed):
    """`add_item(content=html)` gives the full text; extra keyword: `changed_at`, when the content last changed."""

    def __init__(
        self, *, title: str, path: str, feed_path: str, description: str, changed_at: datetime, **more: Any
    ) -> None:
        super().__init__(
            title=clean(title),
            link=absolute(path),
            description=clean(description),
            feed_url=absolute(feed_path),
            stylesheets=[Stylesheet(static("css/feed.css"), mimetype="text/css", media="screen")],
            changed_at=changed_at,
            **more,
        )

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:h": XHTML,
        }

    def latest_post_date(self) -> datetime:
        changed_at: datetime = self.feed["changed_at"]
        return changed_at

    def add_root_elements(self, handler: Any) -> None:
        self._greet(handler)
        super().add_root_elements(handler)
        handler.addQuickElement("generator", "Masthead")
        if settings.WEBSUB_HUB:
            handler.addQuickElement("atom:link", None, {"rel": "hub", "href": settings.WEBSUB_HUB})

    def _greet(self, handler: Any) -> None:
        """A few words for a person who opens the feed in a browser; feed readers pass over the foreign namespace."""
        handler.startElement("h:div", {"class": "greeting"})
        handler.startElement("h:p", {})
        handler.characters(
            "This is a web feed. Put its address into a feed reader and new pieces come to you. "
        )
        handler.addQuickElement("h:a", f"Back to {self.feed['title']}", {"href": self.feed["link"]})
        handler.endElement("h:p")
        handler.addQuickElement("h:code", self.feed["feed_url"])
        handler.endElement("h:div")

    def add_item(  # type: ignore[override]  # a base class with 14 optional parameters
        self, title: str, link: str, description: str, *, content: str = "", **more: Any
    ) -> None:
        address = absolute(link)
        more["categories"] = [clean(category) for category in more.get("categories", ())]
        super().add_item(
            clean(title), address, clean(description), content=absolute_html(content, address), **more
        )

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for name in item.get("creators", ()):
            handler.addQuickElement("dc:creator", clean(name))
        if item["content"]:
            handler.addQuickElement("content:encoded", item["content"])
        handler.addQuickElement("h:a", "Read", {"href": item["link"]})


def absolute_html(html: str, address: str) -> str:
    """Our own rendered HTML for a reader elsewhere: no relative links, one file a picture.

    nh3 always writes double quotes, and no `<` or `>` inside of them.
    """
    html = _CHOICE.sub("", _IMG.sub(lambda img: _FOR_SCREENS.sub("", img[0]), html))
    html = html.replace(' href="#', f' href="{address}#').replace(' href="/', f' href="{absolute("/")}')
    return clean(html.replace(' src="/', f' src="{absolute("/")}'))


def respond(feed: Rss) -> HttpResponse:
    """The finished feed in one piece, for HEAD, 304, gzip and other origins alike."""
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    response.headers["Last-Modified"] = http_date(feed.latest_post_date().timestamp())
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


class ReadableFeedMiddleware:
    """A person who opens a feed in a browser gets it as XML, which the browser styles; feed readers get it as RSS.

    Chromium shows `application/rss+xml` as source text. It stands before the page cache, which keeps one page for both.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("application/rss+xml"):
            patch_vary_headers(response, ["Sec-Fetch-Dest"])
            if request.headers.get("Sec-Fetch-Dest") == "document":
                response.headers["Content-Type"] = "text/xml; charset=utf-8"
        return response
