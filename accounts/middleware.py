"""What every answer of the account pages has in common, and the cookie that spares anonymous readers a request."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_structlog.middlewares import RequestMiddleware

from core.clients import client_address
from core.secrets import without_secrets

SIGNED_IN_COOKIE = "signed_in"

type Handler = Callable[[HttpRequest], HttpResponse]


class PrivatePagesMiddleware:
    """Nothing under /account/, not even an error, is kept by a cache or found by a search engine."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(reverse("account")):
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["X-Robots-Tag"] = "noindex"
        return response


class SignedInCookieMiddleware:
    """Mirrors the session cookie as `signed_in=1`, which scripts may read: whoever lacks it need not ask for the corner.

    It looks at the session only where that is already part of the answer, so shared pages stay shared.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session_cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if session_cookie is None:
            return response
        if session_cookie.value and SESSION_KEY in request.session:
            response.set_cookie(
                SIGNED_IN_COOKIE,
                "1",
                max_age=session_cookie["max-age"] or None,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        elif SIGNED_IN_COOKIE in request.COOKIES:
            forget_signed_in(response)
        return response


def forget_signed_in(response: HttpResponse) -> None:
    response.delete_cookie(SIGNED_IN_COOKIE, samesite="Lax")


class RequestLogMiddleware(RequestMiddleware):
    """django-structlog's, but it believes only our own proxies and never writes down what opens something."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {without_secrets(request.get_full_path())}"
