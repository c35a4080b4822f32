"""Pages for what went wrong, in the site's look. None of them asks the database."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.ratelimit import too_many
from core.unavailable import is_outage, unavailable


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return too_many(request, wait=300)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 for an outage of PostgreSQL that a middleware ran into, whom no other middleware can catch."""
    error = sys.exception()
    return unavailable(request, error) if is_outage(error) else render(request, "500.html", status=500)
