"""Old addresses lead to where the content is now. Asked only after everything else said 404."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from publishing.models import Item, Redirect


class RedirectMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        target = new_path(request.path)
        return moved(request, target) if target else response


def moved(request: HttpRequest, target: str) -> HttpResponse:
    """A 301 that keeps the query. Browsers may not keep it for ever: an address can be given back to what had it."""
    query = request.META.get("QUERY_STRING")
    response = HttpResponsePermanentRedirect(f"{target}?{query}" if query else target)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def new_path(path: str) -> str | None:
    """Where what was at `path` is now, if it is there for readers. A feed moves with its page."""
    if len(path) > 500 or "\0" in path:
        return None
    redirect = (
        Redirect.objects.filter(path__in=[path, path.rstrip("/"), f"{path}/"]).select_related("item").first()
    )
    if redirect and redirect.item:
        return _address(redirect.item, besides=path)
    if redirect:
        return redirect.target_path
    page, is_feed, _ = path.rpartition("feed/")
    moved = Redirect.objects.filter(path=page, item=None).first() if is_feed else None
    return f"{moved.target_path}feed/" if moved else None


def _address(item: Item, besides: str) -> str | None:
    content = item.content()
    address = content.get_absolute_url() if content and content.is_live else None
    return None if address == besides else address


@transaction.atomic
def remember_move(old: str, new: str) -> None:
    """Lead `old`, and whatever led there, to `new`; for pages that are no published content themselves."""
    Redirect.objects.filter(path=new).delete()
    Redirect.objects.filter(target_path=old).update(target_path=new)
    Redirect.objects.update_or_create(path=old, defaults={"target_path": new, "item": None})
