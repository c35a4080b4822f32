"""The rendering beside the text in the editor: exactly what saving would give."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.markdown import MarkdownTooComplex, image_references, render
from people.models import Person
from publishing.models import KINDS, asset_images


@require_POST
def markdown_preview(request: HttpRequest) -> HttpResponse:
    """The field `text` as HTML. 400 without one, 413 with a sentence for more than can be laid out."""
    if not may_write(request.user):
        raise PermissionDenied
    if "text" not in request.POST:
        return _sentence("There is no text to show.", status=400)
    text = request.POST["text"].replace("\r\n", "\n")
    try:
        images = asset_images(image_references(text)) if "images" in request.POST else {}
        return HttpResponse(render(text, images).html)
    except MarkdownTooComplex as error:
        return _sentence(str(error), status=413)


@require_safe
@xframe_options_sameorigin
@csp_override(settings.SECURE_CSP | {"frame-ancestors": [CSP.SELF]})
def markdown_frame(request: HttpRequest) -> HttpResponse:
    """The empty page around a preview, in the public site's dress."""
    if not may_write(request.user):
        raise PermissionDenied
    return render_template(request, "admin/markdown_frame.html")


def may_write(user: User | AnonymousUser) -> bool:
    """Whether the user may add or change anything that is written in Markdown."""
    models: list[type[Model]] = [*KINDS.values(), Person]
    names = [
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in models
        for verb in ("add", "change")
    ]
    return any(user.has_perm(name) for name in names)


def _sentence(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
