"""The browser's side of an upload: JSON in and out, one's own uploads only. The bytes themselves never come here."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.staff import signed_in_user
from core.generics import ModelAdmin
from core.widgets import element
from media_pipeline.models import MediaAsset, Recording, Upload
from media_pipeline.storage import StorageUnavailable
from media_pipeline.uploads import lifecycle, multipart
from media_pipeline.uploads.forms import BeginForm, PartsForm, Unreadable, told
from media_pipeline.uploads.limits import MOST_BYTES, MOST_LISTED
from media_pipeline.uploads.standing import address, standing, standings

type View = Callable[..., HttpResponse]
NAME = "media_pipeline_mediaasset"


def urls(admin: ModelAdmin[MediaAsset]) -> list[URLPattern]:
    """The page and the addresses that its element talks to, under the admin of assets."""

    def own(view: View) -> Any:
        return admin.admin_site.admin_view(partial(view, admin=admin))

    return [
        path("uploads/", own(uploads), name=f"{NAME}_uploads"),
        path("uploads/unfinished/", own(unfinished), name=f"{NAME}_unfinished_uploads"),
        path("uploads/<uuid:token>/", own(upload), name=f"{NAME}_one_upload"),
        path("uploads/<uuid:token>/addresses/", own(addresses), name=f"{NAME}_upload_addresses"),
        path("uploads/<uuid:token>/parts/", own(parts), name=f"{NAME}_upload_parts"),
        path("uploads/<uuid:token>/resumption/", own(resumption), name=f"{NAME}_upload_resumption"),
        path("uploads/<uuid:token>/completion/", own(completion), name=f"{NAME}_upload_completion"),
    ]


def _answers(view: View) -> View:
    """For whoever may add assets; what goes wrong is a sentence in JSON: `{"problem": …}`."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, admin: ModelAdmin[MediaAsset], **more: Any) -> HttpResponse:
        if not admin.has_add_permission(request):
            raise PermissionDenied
        try:
            return view(request, *args, admin=admin, **more)
        except StorageUnavailable as error:
            return _problem(error, 503)
        except Unreadable as error:
            return _problem(error, 400)
        except lifecycle.Conflict as error:
            return _problem(error, 409)
        except lifecycle.Refused as error:
            return _problem(error, 422)

    return wrapper


@require_http_methods(["GET", "HEAD", "POST"])
@_answers
def uploads(request: HttpRequest, *, admin: ModelAdmin[MediaAsset]) -> HttpResponse:
    """The page; POST `{"name", "bytes", "profile"?}` begins one and answers 201."""
    if request.method == "POST":
        said = told(BeginForm, request)
        begun = lifecycle.begin(
            name=said["name"],
            size=said["bytes"],
            profile=said["profile"],
            created_by=signed_in_user(request),
            replaces=_replaced(request, admin, said["replaces"]),
        )
        return JsonResponse(standing(begun), status=201)
    return page(request, admin)


def page(request: HttpRequest, admin: ModelAdmin[Any], replaces: MediaAsset | None = None) -> HttpResponse:
    """For new files, or for one that is to replace that of an asset."""
    scripts: Any = [element("file-upload"), element("media-uploads")]
    shown = {
        "title": f"Replace “{replaces}”" if replaces else "Upload",
        "most_bytes": MOST_BYTES,
        "media": forms.Media(js=scripts),
        "replaces": replaces,
        "back": replaces and address(replaces),
    }
    context = admin.admin_site.each_context(request)
    return TemplateResponse(request, "admin/uploads/page.html", context | shown)


@require_safe
@_answers
def unfinished(request: HttpRequest, *, admin: ModelAdmin[MediaAsset]) -> HttpResponse:
    """`{"uploads": […]}`: mine that are being sent or checked, or were refused; newest first."""
    over = Q(state__in=[Upload.State.DONE, Upload.State.STOPPED])
    mine = (
        Upload.objects.exclude(over)
        .filter(created_by=signed_in_user(request))
        .select_related("asset", "replaces")
    )
    return JsonResponse({"uploads": standings(list(mine[:MOST_LISTED]))})


@require_http_methods(["GET", "HEAD", "DELETE"])
@_answers
def upload(request: HttpRequest, token: UUID, *, admin: ModelAdmin[MediaAsset]) -> HttpResponse:
    """How it stands; DELETE stops it and throws away what was sent."""
    found = _own(request, admin, token)
    if request.method == "DELETE":
        lifecycle.stop(found)
    return JsonResponse(standing(found))


@require_POST
@_answers
def addresses(request: HttpRequest, token: UUID, *, admin: ModelAdmin[MediaAsset]) -> HttpResponse:
    """`{"parts": [{"number", "sha256"}]}` -> `{"addresses": {number: URL}}`, where each part is PUT within minutes."""
    found = _own(request, admin, token)
    wanted = told(PartsForm, request)["parts"]
    lifecycle.may_send(found, wanted)
    signed = {number: multipart.address(found, number, sha256) for number, sha256 in wanted.items()}
    return JsonResponse({"addresses": signed})


@require_POST
@_answers
def parts(request: HttpRequest, token: UUID, *, admin: ModelAdmin[MediaAsset]) -> HttpResponse:
    """`{"parts": [{"number", "sha256"}]}` that have arrived; 204."""
    found = _own(request, admin, token)
    lifecycle.arrived(found, told(PartsForm, request)["parts"])
    return HttpResponse(status=204)


@require_POST
@_answers
def resumption(request: HttpRequest, token: UUID, *, admin: ModelAdmin[MediaAsset]) -> HttpResponse:
    """Go on with it, in whatever tab: its standing, with the parts that the storage really has."""
    found = _own(request, admin, token)
    lifecycle.look_again(found)
    return JsonResponse(standing(found))


@require_POST
@_answers
def completion(request: HttpRequest, token: UUID, *, admin: ModelAdmin[MediaAsset]) -> HttpResponse:
    """All parts are sent: it is checked now. 409 if some are missing."""
    found = _own(request, admin, token)
    lifecycle.complete(found)
    return JsonResponse(standing(found), status=202)


def _replaced(request: HttpRequest, admin: Any, pk: int | None) -> MediaAsset | None:
    """Raises PermissionDenied, or Refused if there is none any more."""
    if pk is None:
        return None
    asset = MediaAsset.objects.filter(pk=pk).first()
    if asset is None:
        raise lifecycle.Refused("What it is to replace is not there any more.")
    of_its_kind: Any = MediaAsset if asset.kind == MediaAsset.Kind.IMAGE else Recording
    if not admin.admin_site.get_model_admin(of_its_kind).has_change_permission(request, asset):
        raise PermissionDenied
    return asset


def _own(request: HttpRequest, admin: Any, token: UUID) -> Upload:
    """One's own, or anybody's for those who may edit all. Http404."""
    seen: QuerySet[Upload] = Upload.objects.select_related("asset", "replaces")
    if not admin.may_edit_all(request):
        seen = seen.filter(created_by=signed_in_user(request))
    return get_object_or_404(seen, token=token)


def _problem(error: Exception, status: int) -> JsonResponse:
    return JsonResponse({"problem": str(error)}, status=status)
