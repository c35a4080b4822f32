"""The regions on the desk. Whether one serves is changed by actions alone, with a question where it takes something away."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from core import caching, work
from core.editing import DeskAdmin
from core.widgets import element
from media_pipeline.models import Region
from media_pipeline.regions import drift, health, seeding, views, wanted
from media_pipeline.regions.standing import state_of, verified

MINUTE = timedelta(minutes=1)
EVERYWHERE = [admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM]


@admin.action(description="Enable", permissions=["change"], location=EVERYWHERE)
def enable(model_admin: Any, request: HttpRequest, queryset: QuerySet[Region]) -> None:
    for region in _switched(model_admin, request, queryset, True):
        messages.success(request, f"{region} is enabled. It serves what it holds, and gets what it does not.")
    wanted.reconcile()
    health.ask()


@admin.action(description="Disable", permissions=["change"], location=EVERYWHERE)
def disable(model_admin: Any, request: HttpRequest, queryset: QuerySet[Region]) -> HttpResponse | None:
    """Says what it means first."""
    if "confirmed" not in request.POST:
        regions = list(queryset)
        context = {
            **model_admin.admin_site.each_context(request),
            "title": "Disable",
            "opts": model_admin.opts,
            "regions": regions,
            "only_here": drift.only_in(regions),
            "left": Region.objects.serving().exclude(pk__in=[region.pk for region in regions]).count(),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/regions/disable.html", context)
    for region in _switched(model_admin, request, queryset, False):
        messages.success(request, f"{region} is disabled. Nobody is served from it from now on.")
    return None


def _switched(model_admin: Any, request: HttpRequest, queryset: QuerySet[Region], on: bool) -> list[Region]:
    """Those that this has changed."""
    changed = [
        region
        for region in queryset
        if Region.objects.filter(pk=region.pk, enabled=not on).update(enabled=on)
    ]
    for region in changed:
        model_admin.log_change(request, region, "Enabled." if on else "Disabled.")
    if changed:
        caching.bump()  # the policies of pages name those in use
    if not changed:
        messages.info(request, f"Nothing has changed: {'enabled' if on else 'disabled'} already.")
    return changed


@admin.action(description="Ask whether it answers", permissions=["change"], location=EVERYWHERE)
def probe_now(model_admin: Any, request: HttpRequest, queryset: QuerySet[Region]) -> None:
    names = dict(queryset.values_list("slug", "name"))
    for slug, problem in sorted(health.probe_these(queryset).items()):
        if problem:
            messages.error(request, f"{names[slug]} does not answer as it should. {problem}")
        else:
            messages.success(request, f"{names[slug]} answers.")


@admin.action(description="Copy what is missing", permissions=["change"], location=EVERYWHERE)
def sync_now(model_admin: Any, request: HttpRequest, queryset: QuerySet[Region]) -> None:
    wanted.agree()
    _ask(request, queryset, wanted.SYNC, "What is missing or wrong is being copied")


@admin.action(description="Verify what is there", permissions=["change"], location=EVERYWHERE)
def verify_now(model_admin: Any, request: HttpRequest, queryset: QuerySet[Region]) -> None:
    _ask(request, queryset, wanted.AUDIT, "Everything is being compared with the origin")


def _ask(request: HttpRequest, queryset: QuerySet[Region], kind: str, words: str) -> None:
    """Of a worker, for those that are enabled."""
    enabled = list(queryset.enabled())  # type: ignore[attr-defined]
    for region in enabled:
        work.enqueue(kind, str(region.pk))
    if enabled:
        messages.success(request, f"{words}: {', '.join(map(str, enabled))}. The map shows how far it is.")
    if others := [str(region) for region in queryset if not region.enabled]:
        messages.warning(request, f"Left alone, as it is disabled: {', '.join(others)}.")


@admin.register(Region)
class RegionAdmin(DeskAdmin[Region]):
    list_display = ["name", "place", "state", "copies", "size", "asked"]
    actions = [enable, disable, probe_now, sync_now, verify_now]
    change_list_template = "admin/regions/change_list.html"
    delete_confirmation_template = "admin/regions/delete_confirmation.html"

    class Media:
        css = {"all": ["css/admin/regions.css"]}
        js = [element("confirm-step")]

    def get_fieldsets(self, request: HttpRequest, obj: Region | None = None) -> Any:
        now = ("Now", {"fields": ["state", "copies", "asked"]})
        about = (None, {"fields": ["name", "slug", ("latitude", "longitude")]})
        bucket = (
            "Where its files are",
            {"fields": ["bucket", "code", "endpoint", "credentials", "distribution"]},
        )
        use = ("How it is used", {"fields": ["weight"] if obj else ["weight", "enabled"]})
        return [now, about, bucket, use] if obj else [about, bucket, use]

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> list[str]:
        """What is known of its copies is about one bucket: another one is another region."""
        return ["slug", "bucket", "endpoint", "state", "copies", "asked"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Region | None = None) -> Any:
        return {} if obj else {"slug": ["name"]}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What somebody has seen goes with the form, so that only what they have changed is changed."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.show_hidden_initial = True
        return field

    # --- the list -----------------------------------------------------------------------------------------------

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What each holds, in one query."""
        found: Any = super().get_changelist_instance(request)
        held = _held()
        for region in found.result_list:
            region.held = held.get(region.pk)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Any = super().get_object(request, object_id, from_field)
        if found:
            found.held = _held().get(found.pk)
        return found

    @admin.display(description="place")
    def place(self, region: Region) -> str:
        north, east = "N" if region.latitude >= 0 else "S", "E" if region.longitude >= 0 else "W"
        return f"{abs(region.latitude):.1f}° {north}, {abs(region.longitude):.1f}° {east}"

    @admin.display(description="state")
    def state(self, region: Region) -> SafeString:
        found = state_of(region)
        why = format_html('<span class="region-why">{}</span>', found.why) if found.why else ""
        return format_html('<span class="region-state region-{}">{}</span> {}', found.name, found.words, why)

    @admin.display(description="files verified")
    def copies(self, region: Any) -> SafeString | str:
        held = region.held
        if held is None:
            return "is not kept up to date"
        total = f"{verified(held):,} of {held.objects:,}"
        lacking = {"missing": held.missing, "wrong": held.wrong}
        words = ", ".join(f"{count:,} {name}" for name, count in lacking.items() if count)
        if not words:
            return total
        where = reverse("admin:media_pipeline_region_map", query={"region": region.slug, "show": "drift"})
        return format_html('{} (<a href="{}">{}</a>)', total, where, words)

    @admin.display(description="size")
    def size(self, region: Any) -> str:
        return filesizeformat(region.held.bytes) if region.held else "–"

    @admin.display(description="last asked", ordering="probed_at")
    def asked(self, region: Region) -> str:
        if not region.probed_at:
            return "never"
        since = timezone.now() - region.probed_at
        return f"{timesince(region.probed_at, depth=1)} ago" if since > MINUTE else "just now"

    # --- saving -------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Region, form: Any, change: bool) -> None:
        """Never what the probes write, nor what somebody else may have changed meanwhile."""
        if change:
            obj.save(update_fields=form.changed_data)
            health.ask()
            return
        super().save_model(request, obj, form, change)
        transaction.on_commit(partial(_prepare, request, obj))
        wanted.reconcile()

    def get_actions(
        self, request: HttpRequest, action_location: Any = admin.ActionLocation.CHANGE_LIST
    ) -> Any:
        actions = super().get_actions(request, action_location=action_location)
        actions.pop("delete_selected", None)  # one at a time, with what it means
        return actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Without a line for each of its copies: there can be a hundred thousand."""
        lacking = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return [str(region) for region in objs], {self.opts.verbose_name_plural: len(objs)}, lacking, []

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            guarded: Callable[..., HttpResponse] = self.admin_site.admin_view(partial(view, admin=self))
            return path(route, guarded, name=f"media_pipeline_region_{name}")

        return [
            own("map/", views.map_of_copies, "map"),
            own("origin/", views.switch_origin, "origin"),
            *super().get_urls(),
        ]


def _held() -> dict[int, wanted.Standing]:
    return {standing.pk: standing for standing in wanted.status()}


def _prepare(request: HttpRequest, region: Region) -> None:
    """A new region's bucket, before anything is copied into it."""
    found = seeding.make_bucket(region)
    if found.problem:
        messages.warning(request, f"It cannot be filled yet. {found.problem}")
    else:
        how = "was made" if found.made else "is there"
        messages.info(request, f"The bucket {region.bucket} {how}; it is being filled.")
