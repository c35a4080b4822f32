"""Every route of the site, read from the URL configuration itself."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def all_routes() -> list[str]:
    """Each route once, as one readable pattern: `articles/<slug:slug>/`, `admin/people/person/<path:object_id>/change/`."""
    return sorted({_readable(route) for route in _walk(get_resolver(), "")})


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here
        else:
            yield from _walk(pattern, here)


def _readable(route: str) -> str:
    """Regular expressions (allauth, the admin's catch-all) without their machinery."""
    route = re.sub(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\))?[^()]*\)", r"<\1>", route)
    return route.replace("^", "").replace("\\Z", "").replace("$", "")
