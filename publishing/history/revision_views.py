"""Reading what became of one piece of content between two of its revisions."""

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from publishing.history.comparing import compare
from publishing.models import Publishable, Revision

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


@require_safe
def compare_view(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """`from` and `to` are numbers of revisions; by default what readers have, or the one before, and the newest.

    400 if one is not a number, 404 if there is no such revision.
    """
    content = _viewable(admin, request, object_id)
    revisions = list(_revisions(content).defer("snapshot"))
    numbers = [revision.number for revision in reversed(revisions)]
    context = {
        **admin.admin_site.each_context(request),
        "title": "Changes",
        "subtitle": str(content),
        "opts": admin.opts,
        "content": content,
        "revisions": revisions,
        "change_url": admin.address("change", content),
        "media": admin.media,
    }
    if numbers:
        newer = _number(request, "to") or numbers[-1]
        older = _number(request, "from") or _usual_start(content, numbers, newer)
        before, after = _both(content, older, newer)
        context |= {
            "title": f"Changes between versions {older} and {newer}",
            "before": before,
            "after": after,
            "changes": compare(
                type(content), before.snapshot, after.snapshot, _form_order(admin, request, content)
            ),
            "previous": _step(numbers, older, back=True),
            "next": _step(numbers, newer, back=False),
        }
    return TemplateResponse(request, "admin/compare.html", context)


def _viewable(admin: "PublishableAdmin[Any]", request: HttpRequest, object_id: int) -> Any:
    content = admin.get_object(request, str(object_id))
    if content is None:
        raise Http404("no such content")
    if not admin.has_view_permission(request, content):
        raise PermissionDenied
    return content


def _revisions(content: Publishable) -> Any:
    """Newest first."""
    return Revision.objects.filter(item_id=content.item_id).select_related("made_by").order_by("-number")


def _number(request: HttpRequest, name: str) -> int | None:
    """None where nothing is asked for. Raises BadRequest."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise BadRequest(f"“{name}” is the number of a revision.")
    return int(text)


def _usual_start(content: Publishable, numbers: list[int], newer: int) -> int:
    """What readers have, while they have something older; otherwise the revision before."""
    live = content.live_version
    if live in numbers and live < newer and newer == numbers[-1]:
        return live
    earlier = [number for number in numbers if number < newer]
    return earlier[-1] if earlier else newer


def _both(content: Publishable, older: int, newer: int) -> tuple[Revision, Revision]:
    found = {revision.number: revision for revision in _revisions(content).filter(number__in=[older, newer])}
    if older not in found or newer not in found:
        raise Http404("no such revision")
    return found[older], found[newer]


def _step(numbers: list[int], number: int, *, back: bool) -> tuple[int, int] | None:
    """The change that led to a revision, or the one that followed; None at the ends."""
    place = numbers.index(number)
    if back:
        return (numbers[place - 1], number) if place > 0 else None
    return (number, numbers[place + 1]) if place + 1 < len(numbers) else None


def _form_order(admin: "PublishableAdmin[Any]", request: HttpRequest, content: Publishable) -> list[str]:
    """Names in the order of the form, which shows rows after its first part."""
    first, *rest = ([part] for part in admin.get_fieldsets(request, content))
    return [
        *flatten_fieldsets(first),
        *content.revised_rows,
        *chain.from_iterable(flatten_fieldsets(part) for part in rest),
    ]
