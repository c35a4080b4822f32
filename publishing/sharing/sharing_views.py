"""Where an editor makes links to a preview for people without an account, and takes them back."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.staff import signed_in_user
from core.widgets import page_element
from publishing import workflow
from publishing.sharing import preview_links
from publishing.sharing.preview_link_forms import PreviewLinkForm
from publishing.steps.publication_views import about, get_content

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


class SharingMedia(forms.Form):
    class Media:
        js = [page_element("copy-text")]


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """The links to this content, and a form for a new one to its newest revision."""
    content, user = _shared(admin, request, object_id), signed_in_user(request)
    form = PreviewLinkForm(
        request.POST or None,
        initial={"version": content.version},
        may_let_approve=preview_links.may_let_approve(content, user),
    )
    if request.method == "POST" and form.is_valid():
        try:
            link = preview_links.make(content, user, **form.cleaned_data)
        except workflow.Refused as refused:
            messages.error(request, refused.message)
        else:
            admin.log_change(request, content, f"Made a preview link for {link.label}.")
            messages.success(request, f"The link for {link.label} is ready: copy it from the list.")
        return HttpResponseRedirect(admin.address("links", content))
    context = {
        **about(admin, request, content),
        "title": "Share a preview",
        "form": form,
        "may_make": content.status in workflow.OPEN,
        "links": [_shown(link, state, user) for link, state in preview_links.of(content)],
        "media": admin.media + SharingMedia().media,
    }
    return TemplateResponse(request, "admin/preview_links.html", context)


@require_POST
def revocation(
    request: HttpRequest, object_id: int, number: int, *, admin: "PublishableAdmin[Any]"
) -> HttpResponse:
    """Close a link for good."""
    content = _shared(admin, request, object_id)
    if not preview_links.revoke(content, number):
        raise Http404("no such link")
    admin.log_change(request, content, "Revoked a preview link.")
    messages.success(request, "The link is revoked: it shows nothing any more.")
    return HttpResponseRedirect(admin.address("links", content))


def _shared(admin: "PublishableAdmin[Any]", request: HttpRequest, object_id: int) -> Any:
    content = get_content(admin, request, object_id)
    if not preview_links.may_share(content, signed_in_user(request)):
        raise PermissionDenied
    return content


def _shown(link: Any, state: preview_links.State, user: Any) -> dict[str, Any]:
    """Only who made a link gets its address: with it one speaks in the name of whom it is for."""
    is_open = state == preview_links.State.OPEN
    address = preview_links.address(link) if is_open and link.made_by == user else ""
    over = (preview_links.State.REVOKED, preview_links.State.EXPIRED, preview_links.State.SUPERSEDED)
    shown = {"link": link, "state": state, "is_open": is_open, "address": address}
    return shown | {"may_be_revoked": state not in over}
