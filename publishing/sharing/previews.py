"""The readers' page of any revision: applied, rendered and rolled back, so that there is no second way to make a page."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from publishing import revisions
from publishing.models import Publishable, Revision

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


def reader_page(
    request: HttpRequest, admin: "PublishableAdmin[Any]", content: Publishable, revision: Revision | None
) -> tuple[HttpResponse, list[str]]:
    """What readers will get, byte for byte, and sentences about what of the revision could not be brought back.

    `revision` None: the row as it is. Never stored anywhere.
    """
    taken = revision.snapshot if revision else revisions.snapshot(content)
    lost: list[str] = []
    with revisions.as_if(content, taken, lost, **_published(content, revision)) as shown:
        template, context = admin.page(shown)
        response = render(_as_reader(request, shown.get_absolute_url()), template, context)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response, lost


def with_bar(
    request: HttpRequest, page: HttpResponse, template: str, context: dict[str, Any]
) -> HttpResponse:
    """The page with a bar at its very beginning that says what it is."""
    bar = render_to_string(template, context, request=request)
    before, opening, behind = page.content.partition(b"<body")
    tag, end, body = behind.partition(b">")
    page.content = before + opening + tag + end + bar.encode() + body
    return page


def _published(content: Publishable, revision: Revision | None) -> dict[str, Any]:
    """The workflow's columns as publishing this revision now would leave them."""
    columns = {"status": Publishable.Status.PUBLISHED, "expires_at": None}
    if content.status != Publishable.Status.PUBLISHED:
        return columns | {"published_at": Now(), "revised_at": None}
    if revision and revision.number != content.live_version:
        return columns | {"revised_at": Now()}
    return columns


def _as_reader(request: HttpRequest, path: str) -> HttpRequest:
    """The same request by somebody who is not signed in, for the address that the page will have."""
    reader = HttpRequest()
    reader.method, reader.path, reader.path_info = "GET", path, path
    reader.META = {
        name: value for name, value in request.META.items() if name not in ("HTTP_COOKIE", "QUERY_STRING")
    }
    reader.user = AnonymousUser()
    for name in ("_csp_nonce", "generation"):
        if hasattr(request, name):
            setattr(reader, name, getattr(request, name))
    return reader
