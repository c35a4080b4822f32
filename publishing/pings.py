"""Tells a WebSub hub which feeds have news, so that subscribers need not ask (W3C WebSub, section 7)."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings

from core import outbound, work
from core.links import absolute
from core.work import Permanent, Run, Transient, handler
from publishing.models import Publishable


def ping_soon(content: Publishable) -> None:
    """With the current transaction; nothing without a hub."""
    feeds = content.feed_paths() if settings.WEBSUB_HUB else []
    if feeds:
        work.enqueue("publishing.ping", str(content.item_id), {"feeds": feeds})


@handler("publishing.ping", attempts=5)
def ping(run: Run) -> None:
    """Bears repeating: a hub that hears of the same news twice fetches the feed twice."""
    form = [("hub.mode", "publish"), *(("hub.url", absolute(path)) for path in run.payload["feeds"])]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = outbound.fetch(
            settings.WEBSUB_HUB,
            method="POST",
            headers=headers,
            data=urlencode(form).encode(),
            purpose="WebSub",
        )
    except outbound.OutboundError as error:
        raise Transient(f"The hub could not be told: {error}") from error
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Transient(f"The hub answered {answer.status}.")
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise Permanent(f"The hub answered {answer.status}.")
