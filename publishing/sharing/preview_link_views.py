"""What somebody without an account gets who holds a link to a preview. No page of these says anything about dead links' content."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.origin import sent_from_here
from core.ratelimit import limited
from publishing.sharing import preview_links, previews
from publishing.sharing.preview_link_forms import GuestCommentForm
from publishing.workflow import Refused

type View = Callable[[HttpRequest, str], HttpResponse]

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "same-origin",  # with no-referrer the forms' Origin would be "null"
}


def for_holders(view: View) -> View:
    """Turn what is wrong with a link into a page: 404 for what we did not sign, 410 for what is over, 409 for a refusal."""

    @wraps(view)
    def wrapper(request: HttpRequest, signed: str) -> HttpResponse:
        try:
            response = view(request, signed)
        except BadSignature as error:
            raise Http404("no link of ours") from error
        except preview_links.Dead as dead:
            response = _notice(request, 410, "This preview is closed", dead.words)
        except Refused as refused:
            back = reverse("preview_link", args=[signed])
            response = _notice(request, 409, "That is not possible now", str(refused.message), back=back)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return wrapper


def _by_link(request: HttpRequest) -> str:
    return request.path


@limited("preview_link", 60, 60, methods=("GET", "HEAD"))
@csrf_exempt  # it never accepts a POST, and its 405 should not hide behind a 403
@require_safe
@for_holders
def preview_link(request: HttpRequest, signed: str) -> HttpResponse:
    """The readers' page of the link's revision, under a bar that says for whom it is and how long."""
    link, content = preview_links.opened(signed)
    kind: Any = admin.site.get_model_admin(type(content))
    page, lost = previews.reader_page(request, kind, content, link.revision)
    context = {
        "link": link,
        "is_public": content.state == "live" and content.live_version == link.revision.number,
        "is_approved": content.approved_version == link.revision.number,
        "may_comment": preview_links.may_comment(link),
        "may_approve": preview_links.may_approve(link, content),
        "said": preview_links.said(link),
        "form": GuestCommentForm(auto_id="preview_%s"),
        "signed": signed,
        "lost": lost,
    }
    return previews.with_bar(request, page, "publishing/preview_link_bar.html", context)


@limited("preview_comments", 30, 3600)
@limited("preview_comments_link", 60, 3600, by=_by_link)
@sent_from_here
@require_POST
@for_holders
def preview_link_comments(request: HttpRequest, signed: str) -> HttpResponse:
    link, _ = preview_links.opened(signed)
    if not preview_links.may_comment(link):
        raise PermissionDenied
    form, back = GuestCommentForm(request.POST), reverse("preview_link", args=[signed])
    if not form.is_valid():
        words = "Your comment could not be kept."
        return _notice(request, 400, "Something is missing", words, back=back, form=form)
    preview_links.comment(signed, form.cleaned_data["text"])
    return HttpResponseRedirect(back)


@limited("preview_approval", 30, 3600)
@limited("preview_approval_link", 30, 3600, by=_by_link)
@sent_from_here
@require_POST
@for_holders
def preview_link_approval(request: HttpRequest, signed: str) -> HttpResponse:
    preview_links.approve(signed)
    return HttpResponseRedirect(reverse("preview_link", args=[signed]))


def _notice(request: HttpRequest, status: int, title: str, words: str, **context: Any) -> HttpResponse:
    context |= {"status": status, "title": title, "words": words}
    return render(request, "publishing/preview_notice.html", context, status=status)
