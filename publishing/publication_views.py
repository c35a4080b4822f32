"""An editor's pages about one piece of content besides its form: its preview, and whether readers get it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_safe

from accounts.staff import signed_in_user
from publishing import workflow
from publishing.forms import PublicationForm
from publishing.models import Publishable

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


@require_safe
def preview(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """The page as readers would get it now, with a bar that says that they do not. Never stored anywhere."""
    content = _get(admin, request, object_id)
    if not admin.has_view_permission(request, content):
        raise PermissionDenied
    template, context = admin.page(content)
    about = {"page_template": template, "content": content, "change_url": admin.address("change", content)}
    response = render(request, "admin/preview.html", context | about)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """Publish, schedule or unpublish, after a look at what would happen."""
    content = _get(admin, request, object_id)
    if not admin.has_change_permission(request, content):
        raise PermissionDenied
    form = PublicationForm(request.POST if "publish" in request.POST else None, initial=_initial(content))
    if request.method == "POST" and _act(admin, request, content, form):
        return HttpResponseRedirect(admin.address("change", content))
    context = {
        **admin.admin_site.each_context(request),
        "title": {"draft": "Publish", "scheduled": "Scheduled", "live": "Live"}[content.state],
        "subtitle": str(content),
        "opts": admin.opts,
        "content": content,
        "form": form,
        "advice": admin.advice(content),
        "change_url": admin.address("change", content),
        "preview_url": admin.address("preview", content),
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/publication.html", context)


def each(
    admin: "PublishableAdmin[Any]",
    request: HttpRequest,
    contents: QuerySet[Any],
    act: Callable[[Any], Publishable],
    done: str,
) -> None:
    """Do it to all that were ticked in the list, and say what was done and what was refused."""
    changed = 0
    for content in contents:
        try:
            act(content)
        except workflow.Refused as refused:
            admin.message_user(request, f"“{content}”: {refused.message}", messages.ERROR)
        else:
            admin.log_change(request, content, f"{done}.")
            changed += 1
    if changed:
        admin.message_user(request, f"{done}: {changed}.", messages.SUCCESS)


def _get(admin: "PublishableAdmin[Any]", request: HttpRequest, object_id: int) -> Any:
    content = admin.get_object(request, str(object_id))
    if content is None:
        raise Http404("no such content")
    return content


def _initial(content: Publishable) -> dict[str, Any]:
    return {"when": "later", "at": content.published_at} if content.state == "scheduled" else {}  # type: ignore[attr-defined]


def _act(admin: "PublishableAdmin[Any]", request: HttpRequest, content: Any, form: PublicationForm) -> bool:
    try:
        if "unpublish" in request.POST:
            workflow.unpublish(content, by=signed_in_user(request))
            told = "It is a draft again; readers no longer get it."
        elif form.is_valid():
            workflow.publish(content, by=signed_in_user(request), at=form.cleaned_data["at"])
            told = "Published." if content.is_live else f"Scheduled for {moment(content)}."
        else:
            return False
    except workflow.Refused as refused:
        messages.error(request, refused.message)
        return False
    admin.log_change(request, content, told)
    link = (
        format_html(' <a href="{}">See it on the site</a>', content.get_absolute_url())
        if content.is_live
        else ""
    )
    messages.success(request, format_html("{}{}", told, link))
    return True


def moment(content: Publishable) -> str:
    """When it is (or was) published, in the site's time zone."""
    return date_format(localtime(content.published_at), "j M Y, H:i") if content.published_at else ""
