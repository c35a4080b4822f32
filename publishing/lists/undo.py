"""Taking back what was done to several pieces of content at once."""

import uuid
from datetime import timedelta

from django.contrib import admin, messages
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.staff import signed_in_user
from publishing import workflow
from publishing.models import EditorialEvent, contents_of

POSSIBLE_FOR = timedelta(hours=1)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """GET shows what would be taken back, POST does it. Http404 unless they did it themselves within the last hour."""
    user = signed_in_user(request)
    events = _events(user, batch)
    if request.method == "POST":
        _take_back(request, user, events)
        return HttpResponseRedirect(reverse("admin:index"))
    contents = contents_of(event.item_id for event in events)
    context = {
        **admin.site.each_context(request),
        "title": "Undo",
        "events": [(event, contents.get(event.item_id)) for event in events],
    }
    return TemplateResponse(request, "admin/desk/undo.html", context)


def _events(user: User, batch: uuid.UUID) -> list[EditorialEvent]:
    """Newest first: what was done last is taken back first."""
    recent = EditorialEvent.objects.filter(batch=batch, by=user, at__gt=Now() - POSSIBLE_FOR)
    events = list(recent.select_related("item").order_by("-pk"))
    if not events:
        raise Http404("nothing that they could undo")
    return events


def _take_back(request: HttpRequest, user: User, events: list[EditorialEvent]) -> None:
    done, refused = 0, []
    for event in events:
        try:
            workflow.undo(event, user)
        except workflow.Refused as refusal:
            refused.append((refusal.message,))
        else:
            done += 1
    if done:
        messages.success(request, f"Undone: {done} of {len(events)}.")
    if refused:
        reasons = format_html_join(" ", "{}", refused[:5])
        messages.warning(request, format_html("Not undone: {} of {}. {}", len(refused), len(events), reasons))
