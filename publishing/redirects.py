"""Old addresses lead to where the content is now; what was taken down answers 410. Asked only after everything else said 404."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve

from publishing.models import Item, Publishable, Redirect


class RedirectMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        return remembered(request) or response


def remembered(request: HttpRequest) -> HttpResponse | None:
    """What to say of an address that nothing answers, if something was there once."""
    path = request.path
    if len(path) > 500 or "\0" in path:
        return None
    redirect = (
        Redirect.objects.filter(path__in=[path, path.rstrip("/"), f"{path}/"]).select_related("item").first()
    )
    if redirect and redirect.item:
        return _about(redirect.item, request)
    target = redirect.target_path if redirect else _moved_with_its_page(path)
    return moved(request, target) if target else None


def _about(item: Item, request: HttpRequest) -> HttpResponse | None:
    content = item.content()
    if content and content.status == Publishable.Status.REMOVED:
        return gone(request)
    address = content.get_absolute_url() if content and content.is_live else request.path
    return None if address == request.path else moved(request, address)


def _moved_with_its_page(path: str) -> str | None:
    """A page's feed moves with it, and all that is below it: a show's episodes and their transcripts."""
    pages = [path[: place + 1] for place, sign in enumerate(path[:-1]) if sign == "/" and place]
    rows = Redirect.objects.filter(path__in=pages).select_related("item")
    nearest = max(rows, key=lambda row: len(row.path), default=None)
    target = _place(nearest) if nearest else None
    new = f"{target}{path.removeprefix(nearest.path)}" if nearest and target else ""
    return new if new not in ("", path) and _is_route(new) else None


def _place(redirect: Redirect) -> str | None:
    """Where a page is now; None if readers may not see it."""
    content = redirect.item.content() if redirect.item else None
    return content.get_absolute_url() if content and content.is_live else redirect.target_path or None


def _is_route(path: str) -> bool:
    try:
        return bool(resolve(path))
    except Resolver404:
        return False


def gone(request: HttpRequest) -> HttpResponse:
    """410: taken down. A cache may keep such an answer for as long as it likes (RFC 9110, 15.5.11), unless it is told."""
    response = render(request, "410.html", status=410)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def moved(request: HttpRequest, target: str) -> HttpResponse:
    """A 301 that keeps the query. Browsers may not keep it for ever: an address can be given back to what had it."""
    query = request.META.get("QUERY_STRING")
    response = HttpResponsePermanentRedirect(f"{target}?{query}" if query else target)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@transaction.atomic
def remember_move(old: str, new: str) -> None:
    """Lead `old`, and whatever led there, to `new`; for pages that are no published content themselves."""
    Redirect.objects.filter(path=new).delete()
    Redirect.objects.filter(target_path=old).update(target_path=new)
    Redirect.objects.update_or_create(path=old, defaults={"target_path": new, "item": None})
