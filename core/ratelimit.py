"""How often somebody may do something. Counted in the cache's Redis; without it nobody is turned away."""

import hashlib
from collections.abc import Callable
from functools import wraps

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from core.caching import redis
from core.clients import client_address

log = structlog.get_logger(__name__)

type View = Callable[..., HttpResponse]


def limited(
    name: str,
    limit: int,
    seconds: int,
    by: Callable[[HttpRequest], str] = client_address,
    methods: tuple[str, ...] = ("POST",),
) -> Callable[[View], View]:
    """Let each `by(request)` use a view `limit` times in `seconds`; the next is answered with 429 and Retry-After."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method in methods and (wait := seconds_to_wait(name, by(request), limit, seconds)):
                return too_many(request, wait)
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


def seconds_to_wait(name: str, who: str, limit: int, seconds: int) -> int:
    """Count one more; 0 while it is within the limit, else the seconds until the count begins anew."""
    digest = hashlib.blake2b(who.encode(errors="replace"), digest_size=16).hexdigest()
    key = f"{settings.CACHES['default']['KEY_PREFIX']}:limit:{name}:{digest}"
    try:
        with redis().pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, seconds, nx=True)
            pipe.ttl(key)
            count, _, left = pipe.execute()
    except RedisError as error:
        log.warning("rate_limit_away", limit=name, error=str(error))
        return 0
    return max(1, left) if count > limit else 0


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    response = render(request, "429.html", {"wait": wait}, status=429)
    response.headers["Retry-After"] = str(wait)
    response.headers["Cache-Control"] = "no-store"
    return response
