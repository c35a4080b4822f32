"""What stands before the addresses that hold a feed token: whoever knows it is let in, without a session and a cookie."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts import feed_tokens
from core.clients import client_address
from core.ratelimit import seconds_to_wait

GUESSES = 60  # of one address in an hour; whoever knows a token is never kept waiting
_HOUR = 3600

type View = Callable[..., HttpResponse]


def by_feed_token(view: View) -> View:
    """A view of `<str:token>`, which is called with the FeedToken itself (and its user) in place of the text.

    404 for a token that never was, 410 for one that is over; nothing of it is found by search engines, named to other
    sites or kept by shared caches.
    """

    @csrf_exempt  # apps have no session that somebody could misuse
    @require_safe
    @wraps(view)
    def wrapper(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        return _closed(_answer(view, request, token, **kwargs))

    return wrapper


def _answer(view: View, request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
    found = feed_tokens.find(token)
    if found is None:
        return _unknown(request)
    if not feed_tokens.is_alive(found):
        return _text(
            "This address is over. Your account page has the present one, if you still have the feed.", 410
        )
    feed_tokens.note_use(found, request)
    return view(request, found, **kwargs)


def _unknown(request: HttpRequest) -> HttpResponse:
    wait = seconds_to_wait("feed_tokens", client_address(request), GUESSES, _HOUR)
    if not wait:
        return _text("There is no such feed. Copy its address once more, whole.", 404)
    response = _text("Too many wrong addresses. Try again later.", 429)
    response.headers["Retry-After"] = str(wait)
    return response


def _text(sentence: str, status: int) -> HttpResponse:
    """Short, as apps show it, if anything."""
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers=headers)


def _closed(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
