"""The image library as the editor's dialog sees it: JSON to choose from, and an upload without leaving the text."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from core.generics import ModelAdmin
from media_pipeline.forms import UploadForm
from media_pipeline.models import EDITED, MediaAsset

PER_PAGE = 24
THUMBNAIL = 320  # pixels across


class NewImageForm(UploadForm):
    class Meta:
        model = MediaAsset
        fields = ["alt", "decorative", "credit", "name"]


class LibraryQuery(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)


@require_safe
def library(request: HttpRequest, *, admin: ModelAdmin[MediaAsset]) -> JsonResponse:
    """`{"images": […], "more": bool}`, newest first; `?q=` searches, `?id=` asks for one. 400 for nonsense."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    query = LibraryQuery(request.GET)
    if not query.is_valid():
        return JsonResponse({"errors": query.errors}, status=400)
    wanted = query.cleaned_data
    found = _images().filter(pk=wanted["id"]) if wanted["id"] else matching(wanted["q"])
    begin = ((wanted["page"] or 1) - 1) * PER_PAGE
    images = list(found[begin : begin + PER_PAGE + 1])
    return JsonResponse({"images": [described(a) for a in images[:PER_PAGE]], "more": len(images) > PER_PAGE})


@require_POST
def upload(request: HttpRequest, *, admin: ModelAdmin[MediaAsset]) -> JsonResponse:
    """The fields of the upload form; answers 201 with the image (200 if it was there before), 422 with `errors`."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    form = NewImageForm(request.POST, request.FILES)
    form.request = request
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    if not form.known:
        form.asset.save(update_fields=EDITED)
        admin.log_addition(request, form.asset, [{"added": {}}])
    return JsonResponse(described(form.asset), status=200 if form.known else 201)


def matching(words: str) -> Any:
    """Images with all the words in their name, text or credit."""
    found = _images()
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(alt__icontains=word) | Q(credit__icontains=word))
    return found


def _images() -> QuerySet[MediaAsset]:
    return MediaAsset.objects.filter(kind=MediaAsset.Kind.IMAGE)


def described(asset: MediaAsset) -> dict[str, Any]:
    return {
        "id": asset.pk,
        "name": str(asset),
        "alt": asset.alt,
        "decorative": asset.decorative,
        "credit": asset.credit,
        "url": asset.address_for(THUMBNAIL),
        "width": asset.width,
        "height": asset.height,
    }
