"""A list as a file for spreadsheets: UTF-8 with a byte order mark, without which Excel takes it for something else."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from core.clock import database_now
from core.links import absolute

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

COLUMNS = (
    "id",
    "kind",
    "headline",
    "state",
    "section",
    "bylines",
    "topics",
    "created",
    "published",
    "url",
    "words",
)
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute a cell (OWASP, “CSV Injection”)."""
_AT_ONCE = 500


@require_safe
def export(request: HttpRequest, *, admin: "PublishableAdmin[Any]") -> HttpResponseBase:
    """The list as it is filtered, all pages of it; only what they may touch. BadRequest for filters that there are not."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    try:
        rows = admin.get_changelist_instance(request).get_queryset(request)
    except IncorrectLookupParameters as error:
        raise BadRequest("The list has no such filter.") from error
    return as_file(admin, rows)


def as_file(admin: "PublishableAdmin[Any]", rows: Any) -> StreamingHttpResponse:
    name = f"{admin.model.kind}s-{localtime(database_now()):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    contents = admin.for_export(rows).iterator(chunk_size=_AT_ONCE)
    return StreamingHttpResponse(
        _lines(admin, contents), content_type="text/csv; charset=utf-8", headers=headers
    )


class _Echo:
    """What `csv` writes to: gives each line back."""

    def write(self, line: str) -> str:
        return line


def _lines(admin: "PublishableAdmin[Any]", contents: Iterable[Any]) -> Iterator[str]:
    return lines(COLUMNS, (_row(admin, content) for content in contents))


def lines(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The text of a file, line by line; what a row has no value for is empty."""
    writer = csv.DictWriter(_Echo(), columns, restval="")
    yield BOM + writer.writerow(dict(zip(columns, columns, strict=True)))
    for row in rows:
        yield writer.writerow({name: harmless(value) for name, value in row.items()})


def _row(admin: "PublishableAdmin[Any]", content: Any) -> dict[str, Any]:
    return {
        "id": content.pk,
        "kind": content.kind,
        "headline": content.title,
        "state": content.state,
        "created": _iso(content.created_at),
        "published": _iso(content.published_at),
        "url": absolute(content.get_absolute_url()),
        "words": getattr(content, "body_words", ""),
        **admin.export_row(content),
    }


def _iso(at: datetime | None) -> str:
    """ISO 8601 in the site's time zone, with its offset."""
    return localtime(at).isoformat(timespec="seconds") if at else ""


def harmless(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula; an apostrophe before it says so, as typed by hand."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
