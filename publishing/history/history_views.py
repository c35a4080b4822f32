"""What happened to one piece of content, and the way back."""

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.staff import signed_in_user
from core.paging import page_of
from core.widgets import element
from publishing import workflow
from publishing.models import EditorialEvent, Revision
from publishing.steps.publication_views import about, get_content

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


@require_safe
def history(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """Every revision and every step, newest first."""
    content = get_content(admin, request, object_id)
    if not admin.has_view_permission(request, content):
        raise PermissionDenied
    revisions = Revision.objects.filter(item=content.item_id).select_related("made_by").defer("snapshot")
    events = EditorialEvent.objects.filter(item=content.item_id).select_related("by", "revision")
    entries = [{"at": revision.made_at, "order": 0, "revision": revision} for revision in revisions]
    steps = [{"at": event.at, "order": 1, "event": event} for event in events.defer("revision__snapshot")]
    entries = sorted(chain(entries, steps), key=lambda entry: (entry["at"], entry["order"]), reverse=True)
    context = {
        **about(admin, request, content),
        "title": "History",
        "page": page_of(request, entries, per_page=50),
        "may_restore": workflow.problem(content, EditorialEvent.Action.RESTORED, signed_in_user(request))
        is None,
        "media": Media(js=[element("confirm-step")]),  # type: ignore[list-item]
    }
    return TemplateResponse(request, "admin/history.html", context)


@require_POST
def restoration(
    request: HttpRequest, object_id: int, number: int, *, admin: "PublishableAdmin[Any]"
) -> HttpResponse:
    """Bring an old revision back as the newest one."""
    content = get_content(admin, request, object_id)
    if not admin.has_change_permission(request, content):
        raise PermissionDenied
    try:
        content, lost = workflow.restore(content, number, by=signed_in_user(request))
    except Revision.DoesNotExist as error:
        raise Http404("no such revision") from error
    except workflow.Refused as refused:
        messages.error(request, refused.message)
    else:
        waiting = " Readers get it when the edits are published." if content.has_edits_waiting else ""
        messages.success(request, f"Version {number} is the newest version again.{waiting}")
        for sentence in lost:
            messages.warning(request, sentence)
    return HttpResponseRedirect(admin.address("change", content))
