"""The page cache: whole pages, the same for everybody, answered before the rest of the middleware with one MGET.

Only what a view marked with `caching.cacheable` is kept, finished: body (plain and gzipped), headers and ETag. Without
Redis every page is rendered. One reader renders a cold page while the others wait for it.
"""

import functools
import gzip
import hashlib
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import parse_qsl

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, parse_http_date_safe
from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from core import caching

log = structlog.get_logger(__name__)

AWAY = (RedisError, DatabaseError, InterfaceError)  # PostgreSQL is asked for what Redis does not know
PATIENCE = 3.0  # seconds a reader waits for another who renders the same page
MOST_PARAMETERS = 50  # of a query that is looked at
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_TRACKING = re.compile(r"utm_\w{1,40}|fbclid|gclid|msclkid|mc_[ce]id")
_FILES = (".mp3", ".m4a", ".mp4")  # each who asks is led somewhere else, and nobody waits for another one
_LEFT_OUT = {"set-cookie", "content-length", "date", "connection"}


class Page(NamedTuple):
    generation: bytes
    headers: dict[str, str]
    body: bytes

    def pack(self) -> bytes:
        return b"\n".join([self.generation, json.dumps(self.headers).encode(), self.body])

    @classmethod
    def unpack(cls, data: bytes) -> "Page":
        generation, headers, body = data.split(b"\n", 2)
        return cls(generation, json.loads(headers), body)


class PageCacheMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = page_name(request)
        if name is None:
            return self.finish(request, self.get_response(request))
        request.get_host()  # a foreign Host is refused even where the page is known
        encoding = "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "plain"
        try:
            generation, page = self.look(name, encoding)
            request.generation = generation  # type: ignore[attr-defined]
            lock = caching.redis().lock(caching.key(f"lock:{name}"), timeout=10, sleep=0.02)
            if page is None and not lock.acquire(blocking=False):
                page = self.wait(name, encoding)
        except AWAY as error:
            log.warning("page_cache_away", error=str(error))
            return self.finish(request, self.get_response(request))
        return respond(request, page) if page else self.make(request, name, generation, lock)

    def make(self, request: HttpRequest, name: str, generation: bytes, lock: Lock) -> HttpResponse:
        """Render the page and keep it for the others, if that is possible."""
        begun = time.monotonic()
        try:
            response = self.get_response(request)
            try:
                self.keep(name, generation, response, request, begun)
            except AWAY as error:
                log.warning("page_not_kept", error=str(error))
            return self.finish(request, response)
        finally:
            with suppress(LockError, RedisError):
                lock.release()

    def look(self, name: str, encoding: str) -> tuple[bytes, Page | None]:
        """The current generation and the page, if it was rendered in it."""
        wanted = [caching.key("generation"), caching.key(f"{name}:{encoding}")]
        generation, data = cast("list[bytes | None]", caching.redis().mget(wanted))
        if generation is None:  # a fresh or flushed Redis
            generation = caching.current_token()
            caching.redis().set(wanted[0], generation, nx=True)
        if data is not None and data.startswith(generation):
            return generation, Page.unpack(data)
        return generation, None

    def wait(self, name: str, encoding: str) -> Page | None:
        """The page somebody else is rendering right now; None if they gave up or take too long."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            time.sleep(0.02)
            page = self.look(name, encoding)[1]
            if page or not caching.redis().exists(caching.key(f"lock:{name}")):
                return page or self.look(name, encoding)[1]
        return None

    def keep(
        self, name: str, generation: bytes, response: HttpResponse, request: HttpRequest, begun: float
    ) -> None:
        if not getattr(response, "cacheable", False):
            return
        if private := reason_not_to_share(response):
            log.error("page_not_shareable", path=request.path, reason=private)
            return
        add_validators(response)
        headers = {k: v for k, v in response.headers.items() if k.lower() not in _LEFT_OUT}
        zipped = gzip.compress(response.content, 6, mtime=0)
        milliseconds = max(1, int(caching.lifetime(age=time.monotonic() - begun) * 1000))
        with caching.redis().pipeline(transaction=False) as pipe:
            plain = Page(generation, headers, response.content).pack()
            pipe.set(caching.key(f"{name}:plain"), plain, px=milliseconds)
            gzipped = Page(generation, headers | {"Content-Encoding": "gzip"}, zipped).pack()
            pipe.set(caching.key(f"{name}:gzip"), gzipped, px=milliseconds)
            pipe.execute()

    def finish(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A rendered answer, with the same validators that it has when it comes from the cache."""
        if not getattr(response, "cacheable", False):
            return response
        add_validators(response)
        return respond(request, Page(b"", dict(response.headers), response.content))


def page_name(request: HttpRequest) -> str | None:
    """A short name for what is asked, the same for all who ask it; None for what is never shared."""
    if request.method not in ("GET", "HEAD") or request.path.startswith(tuple(settings.PAGE_CACHE_BYPASS)):
        return None
    if request.path.endswith(_FILES):
        return None
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return None
    number, query = "", request.META.get("QUERY_STRING", "")
    if query.count("&") >= MOST_PARAMETERS:
        return None
    for parameter, value in parse_qsl(query, keep_blank_values=True):
        if parameter == "page" and not number and _PAGE_NUMBER.fullmatch(value):
            number = value
        elif not _TRACKING.fullmatch(parameter):
            return None
    asked = f"{build()} {request.path}?{number}"
    return hashlib.blake2b(asked.encode(), digest_size=16).hexdigest()


@functools.cache
def build() -> str:
    """Which collected static files pages name: after a deploy no page may name those of the release before."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return hashlib.blake2b(manifest.read_bytes(), digest_size=8).hexdigest() if manifest.exists() else ""


def reason_not_to_share(response: HttpResponse) -> str:
    if response.cookies:
        return "it sets a cookie"
    if "cookie" in response.headers.get("Vary", "").lower():
        return "it depends on a cookie"
    if "'nonce-" in response.headers.get("Content-Security-Policy", ""):
        return "it holds a nonce"
    return ""


def add_validators(response: HttpResponse) -> None:
    """A weak ETag from the content (weak: the gzipped page has the same one) and the Vary that goes with it."""
    if "ETag" not in response.headers:
        response.headers["ETag"] = f'W/"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
        patch_vary_headers(response, ["Accept-Encoding"])


def respond(request: HttpRequest, page: Page) -> HttpResponse:
    """The page, or 304 when the reader has it already (RFC 9110, 13.1: If-None-Match wins over If-Modified-Since)."""
    status = 304 if is_known(request, page.headers) else 200
    response = HttpResponse(page.body if status == 200 else b"", status=status)
    del response.headers["Content-Type"]
    for header, value in page.headers.items():
        if status == 200 or header not in ("Content-Type", "Content-Encoding"):
            response.headers[header] = value
    if status == 200:
        response.headers["Content-Length"] = str(len(page.body))
        if request.method == "HEAD":
            response.content = b""
    return response


def is_known(request: HttpRequest, headers: dict[str, str]) -> bool:
    if known := request.META.get("HTTP_IF_NONE_MATCH"):
        etags = parse_etags(known)
        return etags == ["*"] or any(
            etag.removeprefix("W/") == headers["ETag"].removeprefix("W/") for etag in etags
        )
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    asked = parse_http_date_safe(since) if since else None
    changed = parse_http_date_safe(headers.get("Last-Modified", "")) if asked else None
    return asked is not None and changed is not None and changed <= asked
