from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

PER_PAGE = 20


def page_of[M: Any](
    request: HttpRequest, rows: "QuerySet[M] | list[M]", per_page: int = PER_PAGE
) -> "Page[M]":
    """The page that `?page=` asks for, the first without it; Http404 for a page that does not exist."""
    number = request.GET.get("page", "1")
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        raise Http404("no such page")
    try:
        return Paginator(rows, per_page).page(int(number))
    except InvalidPage as error:
        raise Http404("no such page") from error
