"""Old addresses lead to where the content is now. Asked only after everything else said 404."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from publishing.models import Redirect


class RedirectMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        target = new_path(request.path)
        return HttpResponsePermanentRedirect(target) if target else response


def new_path(path: str) -> str | None:
    """Where what was at `path` is now, if it is there for readers."""
    if len(path) > 500 or "\0" in path:
        return None
    redirect = Redirect.objects.filter(path__in=[path, path.rstrip("/"), f"{path}/"]).select_related("item").first()
    content = redirect.item.content() if redirect else None
    if content is None or not content.is_live or content.get_absolute_url() == path:
        return None
    return content.get_absolute_url()
