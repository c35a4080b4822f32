"""The map of what is where, and the switch between the regions and the origin."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.staff import signed_in_user
from core.paging import page_of
from media_pipeline.delivery import switching
from media_pipeline.models import MediaAsset, OriginSwitch, Region
from media_pipeline.regions import drift, wanted
from media_pipeline.regions.standing import state_of, verified

PER_PAGE = 50


class FilterForm(forms.Form):
    """Of the map. What cannot be is as if nothing had been asked for."""

    q = forms.CharField(required=False, label="Recording", max_length=200)
    region = forms.ModelChoiceField(
        Region.objects.all(), required=False, to_field_name="slug", empty_label="All regions"
    )
    show = forms.ChoiceField(
        required=False, choices=[("", "Everything"), ("drift", "Only what is not complete")]
    )
    recording = forms.IntegerField(required=False, widget=forms.HiddenInput, max_value=2**63 - 1)


class SwitchForm(forms.Form):
    mode = forms.ChoiceField(choices=OriginSwitch.Mode)
    reason = forms.CharField(
        max_length=200,
        label="Why",
        help_text="For those who wonder later: what is wrong, what is being done.",
    )


@require_safe
def map_of_copies(request: HttpRequest, *, admin: Any) -> HttpResponse:
    """Recordings by regions: in each cell what is there of a recording's files."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    form, everywhere = FilterForm(request.GET), list(Region.objects.all())
    form.full_clean()
    asked = form.cleaned_data
    regions = [asked["region"]] if asked.get("region") else everywhere
    page = page_of(request, _asked_for(asked, regions), PER_PAGE)
    context = {
        **admin.admin_site.each_context(request),
        "title": "Where the copies are",
        "opts": admin.opts,
        "form": form,
        "is_filtered": any(asked.values()),
        "is_one": bool(asked.get("recording")),
        "columns": _columns(regions),
        "page": page,
        "rows": _rows(list(page), regions),
        "switch": OriginSwitch.objects.select_related("by").first(),
        "switch_form": SwitchForm(),
        "has_change_permission": admin.has_change_permission(request),
        "has_add_permission": admin.has_add_permission(request),
        "media": admin.media,
    }
    return TemplateResponse(request, "admin/regions/map.html", context)


@require_POST
def switch_origin(request: HttpRequest, *, admin: Any) -> HttpResponse:
    """Serve everything from the origin, or from the regions again, from this moment on."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    form, user = SwitchForm(request.POST), signed_in_user(request)
    if not form.is_valid():
        messages.error(request, "Nothing was switched: say in a few words why.")
    elif switching.switch(by=user, **form.cleaned_data):
        where = switching.present().get_mode_display()
        messages.success(request, f"From now on everything is served from {where}.")
    else:
        messages.info(request, "It was switched already.")
    return HttpResponseRedirect(reverse("admin:media_pipeline_region_map"))


def _asked_for(asked: dict[str, Any], regions: list[Region]) -> QuerySet[MediaAsset]:
    found = drift.delivered().only("pk", "name", "kind", "created_at")
    if asked.get("recording"):
        found = found.filter(pk=asked["recording"])
    if name := asked.get("q"):
        found = found.filter(name__icontains=name)
    if asked.get("show") == "drift":
        one = len(regions) == 1
        found = drift.drifting(found, [region for region in regions if region.enabled or one])
    return found


def _columns(regions: list[Region]) -> list[dict[str, Any]]:
    held = {standing.pk: standing for standing in wanted.status()}
    totals = {pk: (verified(standing), standing.objects) for pk, standing in held.items()}
    return [
        {"region": region, "state": state_of(region), "total": totals.get(region.pk)} for region in regions
    ]


def _rows(assets: list[MediaAsset], regions: list[Region]) -> list[tuple[MediaAsset, list[drift.Cell]]]:
    found = drift.cells(assets)
    return [
        (asset, [found.get((asset.pk, region.pk), drift.NOTHING) for region in regions]) for asset in assets
    ]
