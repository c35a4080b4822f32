"""What can be done to several pieces of content at once: asked first, done by the workflow, and taken back together."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime

from accounts.models import User
from accounts.staff import signed_in_user
from publishing import workflow
from publishing.desk.rows import list_path
from publishing.forms import AssignmentForm, SubmissionForm, WhyForm
from publishing.lists import duplicates
from publishing.lists.filters import STATES
from publishing.lists.saved_searches import kept_of
from publishing.models import EditorialEvent, Publishable

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

Action = EditorialEvent.Action
MOST = 200
MOST_COPIES = 20
VERSION = "version-{}"


class BulkAssignmentForm(AssignmentForm):
    """What is left empty stays as it is for each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reviewer: Any = self.fields["reviewer"]
        reviewer.empty_label = "As it is"
        self.fields["due_on"].help_text = "Left empty, each keeps its day."

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(values.values()):
            raise forms.ValidationError("Choose a reviewer or a day.")
        return values


@dataclass(frozen=True, slots=True)
class BulkAction:
    """`act(content, by, batch=…, **cleaned_data)` does it or raises Refused."""

    name: str
    action: str
    label: str
    done: str
    act: Callable[..., object]
    form: type[forms.Form] = forms.Form
    effect: Callable[[Any], str] = field(default=lambda content: "")


def _publish(content: Any, by: User, batch: uuid.UUID | None = None) -> None:
    if content.has_edits_waiting:
        workflow.publish_edits(content, by, batch=batch)
    elif content.is_live:
        raise workflow.Refused("Readers have it already.")
    else:
        workflow.publish(content, by, batch=batch)


def _published(content: Any) -> str:
    if content.has_edits_waiting and content.state == "live":
        return "Readers get its edits now."
    if content.has_edits_waiting:
        return "Its edits take its place; when readers get it stays as it is."
    if content.state == "scheduled":
        planned = date_format(localtime(content.published_at), "j M Y, H:i")
        return f"Goes live now instead of on {planned}."
    return "Goes live now."


def _unpublished(content: Any) -> str:
    return (
        "Will not go live; it is a draft again."
        if content.state == "scheduled"
        else "Readers lose it; it is a draft again."
    )


def _archived(content: Any) -> str:
    return "Readers lose it; it is put away." if content.state == "live" else "It is put away."


def _assign(
    content: Any, by: User, reviewer: User | None = None, due_on: date | None = None, batch: Any = None
) -> None:
    workflow.assign(content, by, reviewer or content.reviewer, due_on or content.due_on, batch=batch)


BULK = {
    bulk.name: bulk
    for bulk in [
        BulkAction(
            "submit", Action.SUBMITTED, "Submit for review", "submitted", workflow.submit, SubmissionForm
        ),
        BulkAction(
            "assign", Action.ASSIGNED, "Assign a reviewer or a day", "assigned", _assign, BulkAssignmentForm
        ),
        BulkAction("approve", Action.APPROVED, "Approve", "approved", workflow.approve, WhyForm),
        BulkAction("publish", Action.PUBLISHED, "Publish now", "published", _publish, effect=_published),
        BulkAction(
            "unpublish",
            Action.UNPUBLISHED,
            "Unpublish",
            "unpublished",
            workflow.unpublish,
            WhyForm,
            _unpublished,
        ),
        BulkAction("archive", Action.ARCHIVED, "Archive", "archived", workflow.archive, WhyForm, _archived),
        BulkAction(
            "reopen", Action.REOPENED, "Bring back as drafts", "brought back", workflow.reopen, WhyForm
        ),
    ]
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to one of the selected, or why not."""

    content: Any
    refusal: str
    effect: str
    url: str
    version: str


def bulk(
    admin: "PublishableAdmin[Any]", request: HttpRequest, rows: Any, action: BulkAction
) -> HttpResponse | None:
    """Say what would happen; once that is confirmed, do it. `rows` are those selected that they may touch."""
    contents = list(rows[: MOST + 1])
    if len(contents) > MOST:
        messages.error(request, f"At most {MOST} at once. Select fewer.")
        return None
    user = signed_in_user(request)
    is_confirmed = "confirmed" in request.POST
    about = {"content": admin.model()} if getattr(action.form, "wants_content", False) else {}
    form = action.form(request.POST if is_confirmed else None, **about)
    if is_confirmed and form.is_valid():
        _do(admin, request, user, contents, action, form.cleaned_data)
        return HttpResponseRedirect(list_path(admin, kept_of(admin, request.POST.get("list", ""))))
    return _ask(admin, request, user, contents, action, form)


def _ask(
    admin: Any, request: HttpRequest, user: User, contents: list[Any], action: BulkAction, form: forms.Form
) -> HttpResponse:
    plans = [_plan(admin, user, content, action) for content in contents]
    possible = [plan for plan in plans if not plan.refusal]
    called = admin.opts.verbose_name if len(possible) == 1 else admin.opts.verbose_name_plural
    context = {
        **admin.admin_site.each_context(request),
        "title": action.label,
        "opts": admin.opts,
        "action": action,
        "form": form,
        "possible": possible,
        "refused": [plan for plan in plans if plan.refusal],
        "called": called,
        "list_url": list_path(admin),
        "list_query": kept_of(admin, request.POST.get("list", request.GET.urlencode())),
        "checkbox": ACTION_CHECKBOX_NAME,
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/desk/bulk.html", context)


def _plan(admin: Any, user: User, content: Any, action: BulkAction) -> Plan:
    refusal = _rehearse(user, content, action)
    effect = action.effect(content) or STATES[content.state]
    return Plan(content, refusal, effect, admin.address("preview", content), VERSION.format(content.pk))


def _rehearse(user: User, content: Any, action: BulkAction) -> str:
    """Why it would be refused, if it would: done for a try, and rolled back before anybody learns of it."""
    if sentence := workflow.problem(content, action.action, user):
        return sentence
    try:
        with transaction.atomic():
            action.act(_fresh(content), user)
            transaction.set_rollback(True)
    except workflow.Refused as refused:
        return str(refused.message)
    return ""


def _fresh(content: Any) -> Any:
    """The steps write on what they are given."""
    return type(content)._default_manager.get(pk=content.pk)


def _do(
    admin: Any,
    request: HttpRequest,
    user: User,
    contents: list[Any],
    action: BulkAction,
    values: Mapping[str, Any],
) -> None:
    batch, done, refused = uuid.uuid4(), 0, []
    for content in contents:
        try:
            seen = request.POST.get(VERSION.format(content.pk), "")
            _do_one(content, lambda row: action.act(row, user, batch=batch, **values), seen)
        except workflow.Refused as refusal:
            refused.append((content.title, str(refusal.message)))
        else:
            admin.log_change(request, content, f"{action.label}, with others.")
            done += 1
    _tell(admin, request, action, batch, done, refused)


@transaction.atomic
def _do_one(content: Publishable, act: Callable[[Any], object], seen: str) -> None:
    """To nothing but the version that was seen: much can happen while the others are done."""
    current = type(content)._default_manager.select_for_update().filter(pk=content.pk).first()
    if current is None:
        raise workflow.Refused("It was deleted since you looked.")
    if seen != str(current.version):
        raise workflow.Refused("It was edited since you looked. Look at it again.")
    act(current)


def _tell(
    admin: Any,
    request: HttpRequest,
    action: BulkAction,
    batch: uuid.UUID,
    done: int,
    refused: list[tuple[str, str]],
) -> None:
    called = admin.opts.verbose_name if done == 1 else admin.opts.verbose_name_plural
    if done:
        words = '{} {} {}. <a href="{}">Undo</a>'
        link = reverse("undo", args=[batch])
        messages.success(request, format_html(words, done, called, action.done, link))
    if refused:
        reasons = format_html_join("; ", "“{}”: {}", refused[:5])
        more = f" – and {len(refused) - 5} more" if len(refused) > 5 else ""
        messages.warning(request, format_html("Not {}: {}{}", action.done, reasons, more))


def copy(admin: "PublishableAdmin[Any]", request: HttpRequest, rows: Any) -> None:
    """A draft of each, their own."""
    contents = list(rows[: MOST_COPIES + 1])
    if len(contents) > MOST_COPIES:
        messages.error(request, f"At most {MOST_COPIES} copies at once. Select fewer.")
        return
    for content in contents:
        made = duplicates.duplicate(content, signed_in_user(request))
        admin.log_addition(request, made, f"A copy of “{content.title}”.")
        link = format_html('<a href="{}">{}</a>', admin.address("change", made), made.title)
        messages.success(request, format_html("{} is a draft of yours now.", link))
