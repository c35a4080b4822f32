"""Audio and video on the desk: the list, and a page each with the player, what is made of it and its captions."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, register_converter, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from core.widgets import element
from core.work import Permanent
from media_pipeline import captioning, delivery
from media_pipeline.encoding.profiles import PROFILES
from media_pipeline.models import MediaAsset, Recording, Rendition, RenditionSet
from media_pipeline.playing import clock
from media_pipeline.recordings import captions, views
from media_pipeline.recordings.standing import standing, summary
from media_pipeline.regions import drift
from media_pipeline.replacing import views as replacing
from media_pipeline.used_in import ShowsUses


class CaptionFormat:
    regex = "|".join(captions.TYPES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CaptionFormat, "captions")


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("audio", "Audio"), ("video", "Video")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recording]) -> QuerySet[Recording]:
        return queryset.filter(kind=self.value()) if self.value() in ("audio", "video") else queryset


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        words = {"ready": "Ready", "unfinished": "Being made", "parked": "Failed", "cancelled": "Cancelled"}
        return list(words.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recording]) -> QuerySet[Recording]:
        value = self.value()
        if value not in dict(self.lookup_choices):
            return queryset
        states = ["waiting", "running"] if value == "unfinished" else [value]
        wanted = RenditionSet.objects.filter(wanted_by__isnull=False).in_state(*states)
        return queryset.filter(pk__in=wanted.values("asset"))


@admin.action(description="Make again", permissions=["change"])
def make_again(model_admin: Any, request: HttpRequest, queryset: QuerySet[Recording]) -> None:
    """For a changed profile, or after an outage: what is the same is not made anew."""
    mine = [asset for asset in queryset if model_admin.has_change_permission(request, asset)]
    for asset in mine:
        try:
            captioning.renew(asset)
        except Permanent as error:
            messages.error(request, f"{asset}: {error}")
    messages.info(
        request, f"{len(mine)} are made anew where anything has changed. What is live stays until then."
    )
    if others := len(queryset) - len(mine):
        messages.warning(request, f"{others} are not yours to change and are left alone.")


@admin.register(Recording)
class RecordingAdmin(ShowsUses[Recording]):
    list_display = ["title", "sort", "length", "state", "created_by", "created_at"]
    list_filter = [KindFilter, StateFilter]
    list_select_related = ["created_by"]
    search_fields = ["name", "credit"]
    actions = [make_again]
    readonly_fields = ["player", "renditions", "facts", "used_in"]
    change_form_template = "admin/recordings/change_form.html"
    change_list_template = "admin/recordings/change_list.html"

    class Media:
        css = {"all": ["css/admin/recordings.css"]}
        js = [element("encode-progress"), element("confirm-step")]

    def get_fieldsets(self, request: HttpRequest, obj: Recording | None = None) -> Any:
        about = ["name", "credit"]
        made = ("What is made of it", {"fields": ["renditions"]})
        return [
            (None, {"fields": ["player", *about]}),
            made,
            ("About the file", {"fields": ["used_in", "facts"]}),
        ]

    @method_decorator(delivery.plays_media)
    def changeform_view(self, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(*args, **kwargs)

    @method_decorator(require_safe)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A recording begins with its file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:media_pipeline_mediaasset_uploads"))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "name":
            field.required = True  # nothing else tells it from the others in a list
        return field

    # --- the list -----------------------------------------------------------------------------------------------

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The states of the rows that are shown, in one query."""
        found: Any = super().get_changelist_instance(request)
        wanted = RenditionSet.objects.filter(
            wanted_by__isnull=False, asset__in=[row.pk for row in found.result_list]
        )
        states: dict[int, list[str]] = {}
        for row in wanted.with_state():
            states.setdefault(row.asset_id, []).append(row.state)  # type: ignore[attr-defined]
        for row in found.result_list:
            row.states = states.get(row.pk, [])
        return found

    @admin.display(description="recording", ordering="name")
    def title(self, asset: Recording) -> str:
        return str(asset)

    @admin.display(description="kind", ordering="kind")
    def sort(self, asset: Recording) -> str:
        return asset.get_kind_display()

    @admin.display(description="length", ordering="duration")
    def length(self, asset: Recording) -> str:
        return clock(asset.duration or 0)

    @admin.display(description="state")
    def state(self, asset: Any) -> SafeString:
        words = summary(asset.states)
        return format_html(
            '<span class="media-state media-{}">{}</span>', "-".join(words.lower().split()), words
        )

    # --- one recording ------------------------------------------------------------------------------------------

    @admin.display(description="")
    def player(self, asset: Recording) -> SafeString | str:
        live = (
            asset.encodings.exclude(live=None)
            .select_related("live__asset")
            .order_by("owner", "-profile")
            .first()
        )
        if live is None:
            return "There is nothing to play yet."
        found = delivery.playback(live, delivery.Visitor(asset.asked_by))  # type: ignore[attr-defined]
        playable = found.playable(title=str(asset), key=f"desk-{asset.pk}")
        return SafeString(render_to_string("components/player.html", {"playable": playable}))

    @admin.display(description="")
    def renditions(self, asset: Recording) -> SafeString:
        context = {"asset": asset, "standing": standing(asset), "sets": _sets(asset), "profiles": PROFILES}
        return SafeString(render_to_string("admin/recordings/renditions.html", context))

    @admin.display(description="the file")
    def facts(self, asset: Recording) -> SafeString:
        return format_html_join(SafeString("<br>"), "{}: {}", _facts(asset))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        asset = context.get("original")
        if asset:
            context |= {
                "in_regions": drift.of(asset),
                "captions": asset.transcripts.order_by("language"),
                "captions_form": captions.CaptionsForm(prefix=None),
                "standing": standing(asset),
                "replacing": replacing.panel(request, asset, self),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            guarded = self.admin_site.admin_view(partial(view, admin=self))
            return path(route, guarded, name=f"media_pipeline_recording_{name}")

        return [
            own("<int:pk>/progress/", views.progress, "progress"),
            own("<int:pk>/renditions/", views.again, "again"),
            own("<int:pk>/renditions/<int:set_pk>/cancellation/", views.cancel, "cancel"),
            own("<int:pk>/captions/", captions.add, "captions"),
            own("<int:pk>/captions/<int:transcript_pk>/removal/", captions.remove, "captions_removal"),
            own(
                "<int:pk>/captions/<int:transcript_pk>.<captions:form>",
                captions.download,
                "captions_download",
            ),
            *replacing.urls(self),
            *super().get_urls(),
        ]


def _sets(asset: MediaAsset) -> list[tuple[RenditionSet, list[tuple[Rendition, str]]]]:
    """What is live of it, each file with its address."""
    delivered = Prefetch("renditions", Rendition.objects.delivered().defer("text"))
    live = RenditionSet.objects.filter(live_for__isnull=False, asset=asset).distinct()
    return [
        (made, [(file, delivery.stable(made.live_for.all()[0], file)) for file in made.renditions.all()])
        for made in live.prefetch_related("live_for", delivered)
    ]


def _facts(asset: MediaAsset) -> list[tuple[str, str]]:
    """What the probe has found, in words."""
    probe = asset.probe
    found = [
        ("Size", f"{asset.bytes / 1e6:,.1f} MB"),
        ("Length", clock(asset.duration or 0)),
        ("Type", asset.content_type),
    ]
    if video := probe.get("video"):
        found.append(("Picture", f"{video['codec']}, {asset.width} × {asset.height}"))
    for audio in probe.get("audio", []):
        found.append(
            (
                "Sound",
                f"{audio['codec']}, {_channels(audio['channels'])}, {audio['sample_rate'] / 1000:g} kHz",
            )
        )
    if chapters := probe.get("chapters"):
        found.append(("Chapters in the file", str(len(chapters))))
    return [*found, ("SHA-256", asset.sha256)]


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")
