"""Which words of an address are taken by the site's own pages, so that no slug hides one or is hidden by it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import get_resolver


@cache
def reserved_segments(prefix: str) -> frozenset[str]:
    """The fixed first segments of addresses below `prefix`: `feed`, `series` … for `/articles/`."""
    prefix = prefix.removeprefix("/")
    below = [route.removeprefix(prefix) for route in _routes() if route.startswith(prefix)]
    segments = {rest.partition("/")[0] for rest in below}
    return frozenset(segment for segment in segments if segment and not set(segment) & set("<^$("))


def _routes() -> list[str]:
    return [*_flat(get_resolver().url_patterns), settings.STATIC_URL.removeprefix("/")]


def _flat(patterns: list[Any], before: str = "") -> Iterator[str]:
    for entry in patterns:
        route = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from _flat(entry.url_patterns, route)
        else:
            yield route
