import csv
import io
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import get_current_timezone_name, localtime
from django.views.decorators.http import require_safe

from accounts.staff import signed_in_user
from core import caching
from core.clock import database_now
from core.editing import KeepsAddress
from core.generics import ModelForm
from episodes import live
from episodes.models import LiveRecording
from media_pipeline.widgets import PicksImages
from publishing.lists.csv_export import BOM, harmless

MOVING = {"title", "starts_at", "minutes", "watch_url"}
"""What calendars ask a person about again."""
STREAM_TYPES = {
    "audio/mpeg": "MP3",
    "audio/aac": "AAC",
    "application/x-mpegURL": "HLS (.m3u8)",
    "video/mp4": "MP4",
}
_EVERYWHERE = [admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM]


class LiveForm(ModelForm[LiveRecording]):
    stream_type = forms.ChoiceField(
        label="Kind of stream", choices=list(STREAM_TYPES.items()), initial="audio/mpeg", required=False
    )

    class Meta:
        labels = {
            "starts_at": "Begins",
            "watch_url": "Address to watch",
            "stream_url": "Address of the stream",
        }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        show, episode = values.get("show"), values.get("episode")
        if show and episode and episode.show_id != show.pk:
            self.add_error("episode", f"This episode belongs to {episode.show}.")
        return values

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if not 1 <= minutes <= 24 * 60:
            raise forms.ValidationError("Between a minute and a day.")
        return minutes

    def clean_stream_type(self) -> str:
        return self.cleaned_data["stream_type"] or "audio/mpeg"


def _step(description: str, step: Callable[[LiveRecording], bool], done: str, not_now: str) -> Any:
    """An action that says of how many it was true."""

    def act(model_admin: Any, request: HttpRequest, queryset: QuerySet[LiveRecording]) -> None:
        rows = list(queryset)
        stepped = [row for row in rows if step(row)]
        for row in stepped:
            model_admin.log_change(request, row, description)
            messages.success(request, f"“{row}” {done}")
        if left := len(rows) - len(stepped):
            messages.warning(request, f"{left} {'was' if left == 1 else 'were'} left alone: {not_now}")

    act.__name__ = step.__name__
    return admin.action(description=description, permissions=["change"], location=_EVERYWHERE)(act)


go_live = _step("Go live now", live.begin, "is live.", "only what is announced goes live.")
is_over = _step("It is over", live.end, "is over.", "it was over before.")
call_off = _step("Call it off", live.call_off, "is called off.", "only what is announced can be called off.")
announce_again = _step(
    "Announce it again", live.announce_again, "is announced again.", "it is announced already."
)


@admin.action(description="Make the episode", permissions=["make_episode"], location=_EVERYWHERE)
def make_episode(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[LiveRecording]
) -> HttpResponse | None:
    recording = queryset.first()
    if recording is None or queryset.count() > 1:
        messages.error(request, "Choose one recording.")
        return None
    known = recording.episode_id is not None
    episode = live.make_episode(recording, signed_in_user(request))
    words = "This is the episode that was made of it." if known else "Here is the draft; the audio is next."
    messages.success(request, words)
    return HttpResponseRedirect(reverse("admin:episodes_episode_change", args=[episode.pk]))


@admin.register(LiveRecording)
class LiveRecordingAdmin(KeepsAddress[LiveRecording], PicksImages[LiveRecording]):
    form = LiveForm
    actions = [go_live, is_over, call_off, announce_again, make_episode]
    list_display = ["title", "show", "begins", "state", "wished", "episode"]
    list_filter = ["status", "show"]
    list_select_related = ["show", "episode"]
    search_fields = ["title", "show__name"]
    autocomplete_fields = ["artwork", "episode"]
    date_hierarchy = "starts_at"
    readonly_fields = ["state", "wishes", "addresses"]
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ["show", "title", "description", ("starts_at", "minutes"), "state"]}),
        ("Where it is", {"fields": ["watch_url", "stream_url", "stream_type", "artwork"]}),
        ("Afterwards", {"fields": ["wishes", "addresses", "episode"]}),
        ("Small print", {"fields": ["slug"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LiveRecording]:
        return super().get_queryset(request).annotate(wish_count=Count("wishes"), due=live.DUE)

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [
            path("<int:pk>/wishes.csv", export, name="episodes_liverecording_wishes"),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "starts_at":
            kwargs["help_text"] = f"In the zone {get_current_timezone_name()}; visitors see their own."
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_make_episode_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and request.user.has_perm("episodes.add_episode")

    @admin.display(description="state", ordering="status")
    def state(self, recording: Any) -> str:
        if not recording.pk:
            return "Not announced yet: save it"
        if recording.is_called_off:
            return "Called off"
        return "Should have begun" if recording.due else str(recording.get_status_display())

    @admin.display(description="begins", ordering="starts_at")
    def begins(self, recording: LiveRecording) -> str:
        return date_format(localtime(recording.starts_at), "j F Y, H:i")

    @admin.display(description="to be told", ordering="wish_count")
    def wished(self, recording: Any) -> int:
        return int(recording.wish_count)

    @admin.display(description="want to be told")
    def wishes(self, recording: LiveRecording) -> str:
        return str(recording.wishes.count() or "Nobody yet") if recording.pk else "Nobody yet"

    @admin.display(description="who they are")
    def addresses(self, recording: LiveRecording) -> str:
        if not recording.pk or not recording.wishes.exists():
            return "-"
        address = reverse("admin:episodes_liverecording_wishes", args=[recording.pk])
        return format_html('<a href="{}">Their addresses, as a CSV file</a>', address)

    def get_fieldsets(self, request: HttpRequest, obj: LiveRecording | None = None) -> Any:
        """Addresses of people are for few."""
        if request.user.has_perm(LiveRecording.right_to_see_wishes):
            return self.fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "addresses"]})
            for title, options in self.fieldsets
        ]

    def save_model(self, request: HttpRequest, obj: LiveRecording, form: Any, change: bool) -> None:
        if change and MOVING & set(form.changed_data):
            obj.sequence += 1
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        caching.bump()

    @method_decorator(require_safe)
    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who wants to be told: addresses of people, so for few."""
        if not request.user.has_perm(LiveRecording.right_to_see_wishes):
            raise PermissionDenied
        recording = LiveRecording.objects.filter(pk=pk).first()
        if recording is None:
            raise Http404("no such recording")
        name = f"{recording.slug}-wishes-{localtime(database_now()):%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(_table(recording), content_type="text/csv; charset=utf-8", headers=headers)


def _table(recording: LiveRecording) -> str:
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["address", "asked", "told"])
    for wish in recording.wishes.all():
        told = localtime(wish.told_at).isoformat(timespec="seconds") if wish.told_at else ""
        asked = localtime(wish.made_at).isoformat(timespec="seconds")
        writer.writerow([harmless(wish.address), asked, told])
    return BOM + table.getvalue()
