"""The recording of an episode as its form shows it: chosen by a search, or dropped there and followed until it is ready."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from core.generics import ModelAdmin
from core.widgets import SearchSelect, element
from episodes.forms.brought import brought
from episodes.models import Episode
from media_pipeline import delivery
from media_pipeline.models import Encoding, MediaAsset, Recording, Rendition
from media_pipeline.playing import Playable
from media_pipeline.recordings.standing import standing
from media_pipeline.uploads.limits import MOST_BYTES

PER_PAGE = 20
PROFILES = {"audio": "podcast", "video": "video"}
_PLAYED = (Rendition.Role.DOWNLOAD, Rendition.Role.PROGRESSIVE)


class RecordingSelect(SearchSelect):
    """A search among recordings; with JavaScript a place to drop a file, its progress, and a small player."""

    def __init__(self, field: Any, admin_site: Any, *, uploads: bool) -> None:
        super().__init__(field, admin_site)
        self.uploads = uploads

    @property
    def media(self) -> forms.Media:
        own: Any = [element("file-upload"), element("recording-field"), element("episode-number")]
        return super().media + forms.Media(js=own)

    def get_url(self) -> str:
        return reverse("admin:episodes_episode_recordings")

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        where = f' base="{reverse("admin:media_pipeline_mediaasset_uploads")}"' if self.uploads else ""
        return format_html(
            '<recording-field field="{}" recordings="{}" most="{}"{}>{}</recording-field>',
            self.field.name,
            self.get_url(),
            MOST_BYTES,
            SafeString(where),
            super().render(name, value, attrs, renderer),
        )


class SearchQuery(forms.Form):
    term = forms.CharField(required=False, max_length=100)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)
    field_name = forms.ChoiceField(choices=[(name, name) for name in PROFILES])


class OneQuery(forms.Form):
    field = forms.ChoiceField(choices=[(name, name) for name in PROFILES])
    episode = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


@require_safe
def search(request: HttpRequest, *, admin: ModelAdmin[Episode]) -> JsonResponse:
    """What the field's search asks (select2's JSON): recordings that fit the field, newest first. 400 for nonsense."""
    recordings = _may_choose(request, admin)
    query = SearchQuery(request.GET)
    if not query.is_valid():
        return JsonResponse({"errors": query.errors}, status=400)
    asked = query.cleaned_data
    kinds = ["video"] if asked["field_name"] == "video" else ["audio", "video"]
    rows = recordings.get_queryset(request).filter(kind__in=kinds)
    rows, _ = recordings.get_search_results(request, rows, asked["term"])
    begin = ((asked["page"] or 1) - 1) * PER_PAGE
    found = list(rows.only("name", "key")[begin : begin + PER_PAGE + 1])
    results = [{"id": str(row.pk), "text": str(row)} for row in found[:PER_PAGE]]
    return JsonResponse({"results": results, "pagination": {"more": len(found) > PER_PAGE}})


@require_safe
def one(request: HttpRequest, pk: int, *, admin: ModelAdmin[Episode]) -> JsonResponse:
    """`{"name", "html", "unfinished", "brought"}` of a recording, for `?field=` of `?episode=`: what is made of it, a player
    when that is ready, and the fields that the file could fill."""
    _may_choose(request, admin)
    query = OneQuery(request.GET)
    if not query.is_valid():
        return JsonResponse({"errors": query.errors}, status=400)
    asset = get_object_or_404(Recording, pk=pk)
    profile = PROFILES[query.cleaned_data["field"]]
    encoding = _encoding(asset, profile, query.cleaned_data["episode"])
    made = _standing(asset, encoding)
    shown = {
        "asset": asset,
        "made": made,
        "playable": _playable(request, asset, encoding),
        "address": reverse("admin:media_pipeline_recording_change", args=[asset.pk]),
    }
    return JsonResponse(
        {
            "name": str(asset),
            "html": render_to_string("admin/episodes/recording.html", shown),
            "unfinished": bool(made and made["unfinished"]),
            "brought": brought(asset),
        }
    )


def _may_choose(request: HttpRequest, admin: Any) -> Any:
    """The admin of recordings. Raises PermissionDenied."""
    recordings: Any = admin.admin_site.get_model_admin(Recording)
    if not admin.has_view_or_change_permission(request) or not recordings.has_view_permission(request):
        raise PermissionDenied
    return recordings


def _encoding(asset: MediaAsset, profile: str, episode: int | None) -> Encoding | None:
    """The episode's own, else what was made when it was brought."""
    rows = Encoding.objects.filter(asset=asset, profile=profile).select_related("live__asset")
    return rows.filter(owner=f"episode:{episode}").first() or rows.filter(owner="").first()


def _standing(asset: MediaAsset, encoding: Encoding | None) -> dict[str, Any] | None:
    wanted = encoding.wanted_id if encoding else None
    return next((row for row in standing(asset) if row["id"] == wanted), None)


def _playable(request: HttpRequest, asset: MediaAsset, encoding: Encoding | None) -> Playable | None:
    """None while there is no file that a small player can play."""
    if encoding is None or encoding.live is None:
        return None
    if not encoding.live.renditions.filter(role__in=_PLAYED).exists():
        return None
    found = delivery.playback(encoding, delivery.Visitor(request))
    return found.playable(title=str(asset), key=f"desk-{asset.pk}")
