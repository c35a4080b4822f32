"""Replacing a file on the desk: the page that takes the new one, the way back, and what the asset's page says of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from accounts.staff import signed_in_user
from core.work import Permanent, Transient
from media_pipeline.models import MediaAsset, Replacement
from media_pipeline.recordings.standing import standing
from media_pipeline.replacing import ask, attempt, give_up
from media_pipeline.uploads.standing import address
from media_pipeline.uploads.views import page

NOTICED = 1  # second by which captions may be off


def urls(admin: Any) -> list[URLPattern]:
    """Under the admin of images, and that of recordings."""
    name = f"media_pipeline_{admin.opts.model_name}"

    def own(route: str, view: Any, what: str) -> URLPattern:
        guarded: Callable[..., HttpResponse] = admin.admin_site.admin_view(partial(view, admin=admin))
        return path(route, guarded, name=f"{name}_{what}")

    return [
        own("<int:pk>/replacement/", replacement, "replacement"),
        own("<int:pk>/replacement/cancellation/", cancellation, "replacement_cancellation"),
        own("<int:pk>/former_file/", former_file, "former_file"),
    ]


@require_safe
def replacement(request: HttpRequest, pk: int, *, admin: Any) -> HttpResponse:
    """Where the new file is chosen. It comes in as every upload does."""
    return page(request, admin, _changed(request, pk, admin))


@require_POST
def cancellation(request: HttpRequest, pk: int, *, admin: Any) -> HttpResponse:
    """What was brought is not shown after all."""
    asset = _changed(request, pk, admin)
    wish = Replacement.objects.open().filter(asset=asset).first()
    if wish and give_up(wish):
        messages.info(request, f"It keeps its file. What was brought stays in the library as “{wish.other}”.")
    else:
        messages.warning(request, "No other file waits for this place.")
    return HttpResponseRedirect(address(asset))


@require_POST
def former_file(request: HttpRequest, pk: int, *, admin: Any) -> HttpResponse:
    """Bring the file back that was here before."""
    asset = _changed(request, pk, admin)
    last = _last(asset)
    if last is None:
        messages.warning(request, "There is no former file.")
        return HttpResponseRedirect(address(asset))
    try:
        if attempt(ask(asset, last.other, signed_in_user(request)).pk):
            messages.success(request, "The old file is back.")
        else:
            messages.info(
                request, "The old file comes back when everything is made of it that is wanted now."
            )
    except Transient as error:
        messages.info(request, f"The old file comes back in a moment. {error}")
    except Permanent as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(address(asset))


def panel(request: HttpRequest, asset: MediaAsset, admin: Any) -> SafeString:
    """What the asset's page says about its file's past and future, with the buttons for it."""
    newest = asset.replacements.select_related("other", "asked_by").order_by("-pk").first()
    waiting = newest if newest and not newest.done_at and not newest.stopped_at else None
    last = _last(asset)
    shown = waiting or last
    former = (
        Replacement.objects.done().filter(other=asset).select_related("asset").order_by("-done_at").first()
    )
    context = {
        "asset": asset,
        "may_change": admin.has_change_permission(request, asset),
        "name": f"admin:media_pipeline_{admin.opts.model_name}",
        "waiting": waiting,
        "sets": standing(waiting.other) if waiting else [],
        "refused": newest.problem if newest and newest.stopped_at else "",
        "last": last,
        "off": _off(asset, shown) if shown else 0,
        "former": former,
        "address_of_former": address(former.asset) if former else "",
        "address_of_other": address(shown.other) if shown else "",
    }
    return SafeString(render_to_string("admin/replacing/panel.html", context, request))


def _last(asset: MediaAsset) -> Replacement | None:
    done = asset.replacements.done().select_related("other", "asked_by")
    return done.order_by("-done_at").first()


def _off(asset: MediaAsset, wish: Replacement) -> int:
    """By how many seconds the lengths differ, if there are captions that were timed for the other file."""
    times = asset.replacements.done().filter(other=wish.other).count() + (wish.done_at is None)
    timed_before = asset.transcripts.filter(changed_at__lt=wish.done_at or wish.asked_at)
    seconds = abs((asset.duration or 0) - (wish.other.duration or 0))
    there = times % 2 == 1  # and not back again
    return round(seconds) if there and seconds > NOTICED and timed_before.exists() else 0


def _changed(request: HttpRequest, pk: int, admin: Any) -> MediaAsset:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    found: MediaAsset | None = admin.get_queryset(request).filter(pk=pk).first()
    if found is None:
        raise Http404("no such file")
    if not admin.has_change_permission(request, found):
        raise PermissionDenied
    return found
