"""Is this process alive (`/healthz`), and can it serve (`/readyz`)? For the platform, which asks every few seconds.

The answers come before all other middleware: a platform asks by address, over plain http, and has no session.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, Max
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core import caching, wakeups
from core.models import Work

log = structlog.get_logger(__name__)

PATIENCE = 1.0  # seconds for all checks together
OLDEST = 300  # seconds something may be due before that is worth a word

type Facts = dict[str, Any]


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return _answer({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 when PostgreSQL fails: nothing can be served without it. Anything else degrades."""
    checks = report()
    if checks["database"]["status"] != "ok":
        return _answer({"status": "failed", "checks": checks}, status=503)
    well = all(facts["status"] == "ok" for facts in checks.values())
    return _answer({"status": "ok" if well else "degraded", "checks": checks})


def _answer(said: Facts, status: int = 200) -> HttpResponse:
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})


VIEWS = {"/healthz": healthz, "/readyz": readyz}


class HealthMiddleware:
    """The first of all: no Host to allow, no redirect to https, nothing that needs what is being asked about."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path_info)
        return view(request) if view else self.get_response(request)


def report() -> dict[str, Facts]:
    """Name -> {"status": "ok" or "failed", "milliseconds" or "problem", …} of each check, after PATIENCE at most."""
    asked = {name: _ask(name, check) for name, check in CHECKS.items()}
    wait(asked.values(), timeout=PATIENCE)
    late: Facts = {"status": "failed", "problem": f"no answer within {PATIENCE:.0f} s"}
    return {name: future.result() if future.done() else late for name, future in asked.items()}


_asked: dict[str, "Future[Facts]"] = {}
_one_asks = threading.Lock()


def _ask(name: str, check: Callable[[], Facts]) -> "Future[Facts]":
    """One question at a time: whoever comes while it is out waits for the same answer."""
    with _one_asks:
        future = _asked.get(name)
        if future is None or future.done():
            future = _asked[name] = Future()
            threading.Thread(target=_look, args=(name, check, future), daemon=True).start()
        return future


def _look(name: str, check: Callable[[], Facts], future: "Future[Facts]") -> None:
    begin = time.monotonic()
    try:
        facts = {"status": "ok", "milliseconds": 0} | check()
        future.set_result(facts | {"milliseconds": round((time.monotonic() - begin) * 1000)})
    except Exception as error:  # its text may hold hosts and names, and anybody may read the answer
        log.warning("not_ready", check=name, error=str(error))
        future.set_result({"status": "failed", "problem": type(error).__name__})
    finally:
        connection.close()


def database() -> Facts:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def redis() -> Facts:
    wakeups.connect(settings.REDIS_URL, PATIENCE).ping()
    return {}


def page_cache() -> Facts:
    caching.redis().ping()
    return {}


def storage() -> Facts:
    _s3().head_bucket(Bucket=settings.S3_BUCKET)
    return {}


@cache
def _s3() -> Any:
    return default_storage.connection.meta.client  # type: ignore[attr-defined]


def queue() -> Facts:
    """How long the oldest piece of due work has waited for a worker."""
    age = ExpressionWrapper(Now() - Coalesce("lease_until", "next_try_at"), DurationField())
    oldest = Work.objects.due().aggregate(age=Max(age))["age"]
    seconds = round(oldest.total_seconds()) if oldest else 0
    problem = {"status": "failed", "problem": "due work is waiting; do worker and clock run?"}
    return {"age_seconds": seconds} | (problem if seconds > OLDEST else {})


CHECKS = {"database": database, "redis": redis, "cache": page_cache, "storage": storage, "queue": queue}
