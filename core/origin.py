"""POST forms without a token: the browser itself says which site a form was sent from."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

type View = Callable[..., HttpResponse]


def sent_from_here(view: View) -> View:
    """Answer a POST with 403 unless it comes from a page of this site. Takes the place of Django's CSRF token.

    A page with such a form must not have `Referrer-Policy: no-referrer`: its Origin would be "null" (Fetch, 3.2).
    """

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and not is_from_here(request):
            raise PermissionDenied("sent from another site")
        return view(request, *args, **kwargs)

    return wrapper


def is_from_here(request: HttpRequest) -> bool:
    """https://fetch.spec.whatwg.org/#origin-header and, for whoever leaves that out, Sec-Fetch-Site."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    public = urlsplit(settings.SITE_URL)
    return origin in (f"{request.scheme}://{request.get_host()}", f"{public.scheme}://{public.netloc}")
