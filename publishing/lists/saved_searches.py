"""Filters of a list, kept under a name of somebody's own."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.staff import signed_in_user
from publishing.desk.rows import admins_of, list_path
from publishing.models import SavedSearch

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

MOST = 30  # a person
LONGEST_QUERY = 2000


@require_POST
def saved_searches(request: HttpRequest) -> HttpResponse:
    """Keep `query` of the list of a `kind` under `name`; a name that they have used for it is given away."""
    user, list_admin = signed_in_user(request), _admin_of(request, request.POST.get("kind", ""))
    query = kept_of(list_admin, request.POST.get("query", ""))
    name = " ".join(request.POST.get("name", "").split())
    if refusal := _refusal(user, list_admin.model.kind, name, query):
        messages.error(request, refusal)
    else:
        SavedSearch.objects.update_or_create(
            user=user, kind=list_admin.model.kind, name=name, defaults={"query": query}
        )
        messages.success(request, f"“{name}” is above your list from now on.")
    return HttpResponseRedirect(list_path(list_admin, query))


@require_POST
def saved_search_deletion(request: HttpRequest, number: int) -> HttpResponse:
    search = get_object_or_404(SavedSearch, pk=number, user=signed_in_user(request))
    list_admin = _admin_of(request, search.kind)
    search.delete()
    messages.success(request, f"“{search.name}” is forgotten.")
    return HttpResponseRedirect(list_path(list_admin, kept_of(list_admin, request.POST.get("query", ""))))


def chips(list_admin: "PublishableAdmin[Any]", request: HttpRequest) -> list[dict[str, Any]]:
    """Somebody's own searches of one list, each with its address and whether it is what they look at."""
    current = kept_of(list_admin, request.GET.urlencode())
    searches = SavedSearch.objects.filter(user=signed_in_user(request), kind=list_admin.model.kind)
    return [
        {
            "pk": search.pk,
            "name": search.name,
            "url": list_path(list_admin, kept_of(list_admin, search.query)),
            "is_current": search.query == current,
        }
        for search in searches
    ]


def kept_of(list_admin: "PublishableAdmin[Any]", query: str) -> str:
    """The part of a query string that the list's own filters, search and order understand, written in one order."""
    sent = QueryDict(query[: LONGEST_QUERY * 2])
    known = QueryDict(mutable=True)
    for name in sorted(sent):
        values = [value for value in sent.getlist(name) if value and "\0" not in value]
        if values and _is_known(list_admin, name):
            known.setlist(name, values)
    return known.urlencode()


def _is_known(list_admin: Any, name: str) -> bool:
    names, fields = {SEARCH_VAR, ORDER_VAR}, {list_admin.date_hierarchy}
    for entry in list_admin.list_filter:
        if isinstance(entry, type):
            names |= set(getattr(entry, "parameter_names", ()) or [getattr(entry, "parameter_name", "")])
        else:
            fields.add(entry if isinstance(entry, str) else entry[0])
    field, _, lookup = name.partition("__")
    return name in names or (field in fields and lookup in _LOOKUPS)


_LOOKUPS = {"exact", "id__exact", "isnull", "year", "month", "day"}


def _refusal(user: User, kind: str, name: str, query: str) -> str:
    own = SavedSearch.objects.filter(user=user)
    if not query:
        return "Choose a filter or search for something first."
    if not name or len(name) > 60:
        return "Give it a name of up to 60 characters."
    if len(query) > LONGEST_QUERY:
        return "That is too much to keep. Search for less."
    if own.count() >= MOST and not own.filter(kind=kind, name=name).exists():
        return f"You have {MOST} saved searches. Delete one first."
    return ""


def _admin_of(request: HttpRequest, kind: str) -> "PublishableAdmin[Any]":
    for known in admins_of(admin.site, request):
        if known.model.kind == kind:
            return known
    raise Http404("no such list")
