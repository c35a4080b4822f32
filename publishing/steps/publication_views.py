"""The page on which content goes its way: what stops it, what was said about it, and the next steps."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.staff import signed_in_user
from core.widgets import element
from media_pipeline.delivery import plays_media
from publishing import workflow
from publishing.forms import WhenForm
from publishing.models import Comment, EditorialEvent, Publishable, Revision
from publishing.sharing import previews
from publishing.steps import STEPS, Step
from publishing.steps.standing import next_step, standing
from publishing.writing.notes import notes_on_newest

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

WRITERS = ("submit", "withdraw", "reopen", "discard_edits")
"""The steps after which somebody most likely writes on."""


@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """Take a step - submit, approve, publish, … - after a look at what would happen."""
    content, user = get_content(admin, request, object_id), signed_in_user(request)
    if not admin.has_view_permission(request, content):
        raise PermissionDenied
    forms_ = _forms(content, user)
    if request.method == "POST":
        step = next((step for step in STEPS.values() if step.name in request.POST), None)
        if step is None or not workflow.may(content, user, workflow.TRANSITIONS[step.action].right):
            raise PermissionDenied
        form = step.form(
            request.POST, initial=_initial(content), prefix=_prefix(step), **_about(step, content)
        )
        if form.is_valid() and _act(request, admin, content, step, form):
            return HttpResponseRedirect(_onward(admin, content, step))
        content = get_content(admin, request, object_id)
        forms_ = _forms(content, user) | {step.name: form}
        _update_version(form, content)
        _focus_first_error(form)
    context = {**about(admin, request, content), **_shown(content, user), **_offered(content, user, forms_)}
    context["media"] = PublicationMedia().media
    return TemplateResponse(request, "admin/publication.html", context)


def _onward(admin: "PublishableAdmin[Any]", content: Publishable, step: Step) -> str:
    """Writers go on in the form, a reviewer who waits for changes at the desk; all else goes on from this page."""
    if step.name == "request_changes":
        return reverse(f"{admin.admin_site.name}:index")
    return admin.address("change" if step.name in WRITERS else "publication", content)


@require_safe
@plays_media
def preview(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """The page as readers will get it - of the newest revision, or of `?revision=3` - with a bar that says so."""
    content = get_content(admin, request, object_id)
    if not admin.has_view_permission(request, content):
        raise PermissionDenied
    number = request.GET.get("revision", str(content.version))
    if not number.isdecimal() or len(number) > 9:
        raise BadRequest("A version is a number.")
    revision = Revision.objects.filter(item=content.item_id, number=int(number)).first()
    if revision is None and int(number):
        raise Http404("no such revision")
    page, lost = previews.reader_page(request, admin, content, revision)
    may_share = workflow.may(content, signed_in_user(request), "change")
    context = {
        "words": _words(content, int(number)),
        "lost": lost,
        "change_url": admin.address("change", content),
        "links_url": admin.address("links", content) if may_share else "",
        "publication_url": admin.address("publication", content),
    }
    return previews.with_bar(request, page, "admin/preview_bar.html", context)


def _words(content: Any, number: int) -> str:
    """What this version is to readers."""
    if number == content.live_version and content.state == "live":
        return "this is what readers get"
    if number != content.version:
        return f"version {number}, an old one"
    if content.has_edits_waiting:
        return "edits that readers do not get yet"
    if content.state == "scheduled":
        return f"scheduled for {moment(content)}"
    return "readers do not get it"


@require_POST
def comment_resolution(
    request: HttpRequest, object_id: int, number: int, *, admin: "PublishableAdmin[Any]"
) -> HttpResponse:
    """Mark a comment as done, or (`open`) as not."""
    content = get_content(admin, request, object_id)
    if not admin.has_change_permission(request, content):
        raise PermissionDenied
    done = "open" not in request.POST
    comments = Comment.objects.filter(pk=number, revision__item=content.item_id)
    if not comments.update(
        resolved_at=Now() if done else None, resolved_by=signed_in_user(request) if done else None
    ):
        raise Http404("no such comment")
    return HttpResponseRedirect(admin.address("publication", content) + "#comments")


def about(admin: "PublishableAdmin[Any]", request: HttpRequest, content: Any) -> dict[str, Any]:
    """What every page about one piece of content shows around itself."""
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "content": content,
        "subtitle": str(content),
        "admin": admin,
        "has_change_permission": admin.has_change_permission(request, content),
        **{
            f"{name}_url": admin.address(name, content)
            for name in ("change", "publication", "preview", "history", "compare", "links")
        },
    }


def get_content(admin: "PublishableAdmin[Any]", request: HttpRequest, object_id: int) -> Any:
    """What they may touch; Http404 for everything else."""
    content = admin.get_object(request, str(object_id))
    if content is None:
        raise Http404("no such content")
    return content


def open_comments(content: Publishable) -> QuerySet[Comment]:
    comments = Comment.objects.filter(revision__item=content.item_id, resolved_at=None)
    return comments.select_related("by", "revision").defer("revision__snapshot")


def moment(content: Publishable) -> str:
    """When it is (or was) published, in the site's time zone."""
    return date_format(localtime(content.published_at), "j M Y, H:i") if content.published_at else ""


class PublicationMedia(forms.Form):
    """The scripts of every form on the page."""

    class Media:
        js = [element("confirm-step"), *WhenForm.Media.js]


def _shown(content: Any, user: User) -> dict[str, Any]:
    notes = notes_on_newest(content)
    comments = Comment.objects.filter(revision__item=content.item_id).select_related(
        "by", "resolved_by", "revision"
    )
    events = EditorialEvent.objects.filter(item=content.item_id).select_related("by", "revision")
    return {
        **standing(content),
        "title": "Review and publish",
        "is_own_work": workflow.is_own_work(content, user),
        "blocking": [note for note in notes if note.blocks],
        "advice": [note for note in notes if not note.blocks],
        "comments": comments.defer("revision__snapshot"),
        "events": events.defer("revision__snapshot")[:8],
    }


def _offered(content: Any, user: User, forms_: dict[str, forms.Form]) -> dict[str, Any]:
    """The forms in the order of the page: the one for the next step, then the others, each as (step, form)."""
    recommended = next_step(content, user)
    apart = {"comment", "waive", recommended.name if recommended else ""}
    return {
        "forms": forms_,
        "recommended": (recommended, forms_[recommended.name]) if recommended else None,
        "other_steps": [(STEPS[name], form) for name, form in forms_.items() if name not in apart],
    }


def _update_version(form: forms.Form, content: Publishable) -> None:
    """Whoever was told that there is a newer version sees it now, and can take the step."""
    if "version" in form.fields:
        form.data = {**dict(form.data.items()), form.add_prefix("version"): content.version}


def _focus_first_error(form: forms.Form) -> None:
    wrong = next((name for name in form.fields if name in form.errors), None)
    if wrong:
        form.fields[wrong].widget.attrs["autofocus"] = True


def _forms(content: Any, user: User) -> dict[str, forms.Form]:
    """A form for each step that is open to them now."""
    return {
        step.name: step.form(initial=_initial(content), prefix=_prefix(step), **_about(step, content))
        for step in STEPS.values()
        if step.is_open_to(content, user)
    }


def _prefix(step: Step) -> str | None:
    """Ids must not repeat on the page; the form that is there for publishing keeps its plain names."""
    return None if step.name in ("publish", "waive") else step.name


def _about(step: Step, content: Publishable) -> dict[str, Any]:
    return {"content": content} if getattr(step.form, "wants_content", False) else {}


def _initial(content: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"version": content.version}
    known |= {
        "expires_at": content.expires_at,
        "reviewer": _usual_reviewer(content),
        "due_on": content.due_on,
    }
    if content.state == "scheduled":
        known |= {"when": "later", "at": content.published_at}
    return known


def _usual_reviewer(content: Any) -> int | None:
    """Who has it, or who asked for the changes that were made since."""
    if content.reviewer_id or content.stage != Publishable.Stage.CHANGES_REQUESTED:
        return content.reviewer_id  # type: ignore[no-any-return]
    asked = EditorialEvent.objects.filter(
        item=content.item_id, action=EditorialEvent.Action.CHANGES_REQUESTED
    )
    return asked.order_by("-pk").values_list("by", flat=True).first()


def _act(
    request: HttpRequest, admin: "PublishableAdmin[Any]", content: Any, step: Step, form: forms.Form
) -> bool:
    try:
        step.act(content, signed_in_user(request), **form.cleaned_data)
    except workflow.Refused as refused:
        messages.error(request, refused.message)
        return False
    told = step.told or (_ends(content) if step.name == "expire" else _published(content))
    admin.log_change(request, content, told)
    link = (
        format_html(' <a href="{}">See it on the site</a>', content.get_absolute_url())
        if step.name in ("publish", "publish_edits") and not form.cleaned_data.get("at")
        else ""
    )
    messages.success(request, format_html("{}{}", told, link))
    return True


def _published(content: Publishable) -> str:
    content = type(content)._default_manager.get(pk=content.pk)
    if content.edits_at:
        return f"The edits go live on {date_format(localtime(content.edits_at), 'j M Y, H:i')}."
    if not content.is_live:
        return f"Scheduled for {moment(content)}."
    return f"Published. {_ends(content)}" if content.expires_at else "Published."


def _ends(content: Publishable) -> str:
    if content.expires_at is None:
        return "It stays on the site until somebody takes it off."
    return f"It ends on {date_format(localtime(content.expires_at), 'j M Y, H:i')}."
