"""What an open form tells the site by itself: what is typed, and that somebody is there."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST

from accounts.staff import signed_in_user
from publishing.models import Revision
from publishing.steps.publication_views import get_content
from publishing.writing import autosaves, presence
from publishing.writing.editing_session import SEEN
from publishing.writing.notes import as_newest, notes_on

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


@require_http_methods(["POST", "DELETE"])
def autosave(
    request: HttpRequest, object_id: int | None = None, *, admin: "PublishableAdmin[Any]"
) -> HttpResponse:
    """POST keeps the form's fields and answers {"saved_at": "14:02"}, or 409 if they were saved a moment ago; DELETE
    throws them away (204)."""
    user, content = signed_in_user(request), _written(admin, request, object_id)
    item = content.item_id if content else None
    if request.method == "DELETE":
        autosaves.forget(user, admin.model.kind, item)
        return HttpResponse(status=204)
    seen = request.POST.get(SEEN, "")
    if autosaves.is_outdated(
        user, admin.model.kind, item, int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    ):
        return HttpResponse(status=409)
    kept = autosaves.keep(user, admin.model.kind, item, request.POST)
    kept.refresh_from_db()
    return JsonResponse({"saved_at": date_format(localtime(kept.saved_at), "H:i")})


@require_POST
def check(
    request: HttpRequest, object_id: int | None = None, *, admin: "PublishableAdmin[Any]"
) -> HttpResponse:
    """What the linter says about the fields as they are typed, as an HTML list. Nothing is saved.

    Bylines and topics are those of the newest revision: rows cannot be looked at before they exist.
    """
    content = _written(admin, request, object_id)
    if content is None:
        return _checked(admin, request, admin.model())
    with as_newest(content) as newest:
        return _checked(admin, request, newest)


def _checked(admin: "PublishableAdmin[Any]", request: HttpRequest, row: Any) -> HttpResponse:
    """Validating the form fills the row in memory, as far as it is valid."""
    saved = row if row.pk else None
    form = admin.get_form(request, saved, change=saved is not None)(request.POST, instance=row)
    form.is_valid()
    return render(request, "admin/notes.html", {"notes": notes_on(form.instance)})


@require_POST
def presence_of(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """Say that the form is open, or (`leaving`) no longer.

    Answers {"others": [names], "version": newest revision, "saved_by": the name of who made that}.
    """
    user, content = signed_in_user(request), _written(admin, request, object_id)
    if "leaving" in request.POST:
        presence.leave(content.item_id, user)
        return HttpResponse(status=204)
    newest = Revision.objects.filter(item=content.item_id, number=content.version)
    made = newest.select_related("made_by").defer("snapshot").first()
    others = [str(other) for other in presence.arrive(content.item_id, user)]
    who = str(made.made_by) if made and made.made_by else ""
    return JsonResponse({"others": others, "version": content.version, "saved_by": who})


def _written(admin: "PublishableAdmin[Any]", request: HttpRequest, object_id: int | None) -> Any:
    """The content that they may write; None for a new one. Raises Http404 or PermissionDenied."""
    content = get_content(admin, request, object_id) if object_id else None
    if not (admin.has_change_permission(request, content) if content else admin.has_add_permission(request)):
        raise PermissionDenied
    return content
