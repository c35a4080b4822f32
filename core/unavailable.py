"""When PostgreSQL does not answer, restarts or only reads, readers get an honest 503 that says when to come back."""

from collections.abc import Callable

import structlog
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = structlog.get_logger(__name__)

RETRY_AFTER = 10  # seconds


class UnavailableMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(request, exception) if is_outage(exception) else None


def is_outage(error: BaseException | None) -> bool:
    return isinstance(error, (OperationalError, InterfaceError, InternalError))


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """The 503 page. Its template asks nothing of the database."""
    log.error("database_unavailable", path=request.path, error=str(error))
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response
