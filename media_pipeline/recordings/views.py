"""What the page of a recording asks for and what its buttons do."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.work import Permanent
from media_pipeline import encoding
from media_pipeline.models import MediaAsset, Recording, RenditionSet
from media_pipeline.recordings.standing import standing


@require_safe
def progress(request: HttpRequest, pk: int, *, admin: Any) -> JsonResponse:
    return JsonResponse({"sets": standing(seen(request, pk, admin))})


@require_POST
def again(request: HttpRequest, pk: int, *, admin: Any) -> HttpResponse:
    """Make everything that is wanted of it by today's profiles; what is the same is not made anew."""
    asset = changed(request, pk, admin)
    try:
        for wish in list(asset.encodings.all()):
            encoding.retry_or_request(wish)
    except Permanent as error:
        messages.error(request, str(error))
    else:
        messages.info(request, "It is made anew where anything has changed. What is live stays until then.")
    return _back(asset)


@require_POST
def cancel(request: HttpRequest, pk: int, set_pk: int, *, admin: Any) -> HttpResponse:
    asset = changed(request, pk, admin)
    found = get_object_or_404(RenditionSet, pk=set_pk, asset=asset)
    if encoding.cancel(found):
        messages.info(request, "Cancelled. What was live before still is; “Make again” begins anew.")
    else:
        messages.warning(request, "It was too late to cancel: it has ended already.")
    return _back(asset)


def seen(request: HttpRequest, pk: int, admin: Any) -> MediaAsset:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    found: MediaAsset | None = Recording.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("no such recording")
    return found


def changed(request: HttpRequest, pk: int, admin: Any) -> MediaAsset:
    asset = seen(request, pk, admin)
    if not admin.has_change_permission(request, asset):
        raise PermissionDenied
    return asset


def _back(asset: MediaAsset) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:media_pipeline_recording_change", args=[asset.pk]))
