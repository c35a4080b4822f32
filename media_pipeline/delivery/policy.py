"""The Content-Security-Policy of pages with a player: the regions' hosts are rows, so the settings cannot name them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.views.decorators.csp import csp_override

from media_pipeline.models import Region
from media_pipeline.regions import buckets

type View = Callable[..., HttpResponseBase]

_NEEDED = ("media-src", "img-src", "connect-src")


def plays_media(view: View) -> View:
    """A view whose page holds a player: it may read from every region that is in use."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return csp_override(media_policy())(view)(*args, **kwargs)

    return wrapped


def media_policy() -> dict[str, list[str]]:
    """The policy of such a page, for those that must say more: `csp_override(media_policy() | {…})`."""
    hosts = sorted({buckets.host(region) for region in Region.objects.enabled()})
    own: dict[str, Any] = settings.SECURE_CSP
    return own | {name: list(dict.fromkeys([*own[name], *hosts])) for name in _NEEDED}
