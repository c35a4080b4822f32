from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString

from accounts.staff import signed_in_user
from core.editing import SortableInline
from episodes import transcripts
from episodes.admin import feed_entry, recordings
from episodes.admin import transcripts as transcript_pages
from episodes.admin.credits import with_roles
from episodes.admin.recordings import RecordingSelect
from episodes.forms import CreditFormSet, EpisodeForm, SeasonField
from episodes.forms.fields import next_numbers
from episodes.models import Episode, EpisodeCredit, EpisodeLink, Season, SponsorSlot
from episodes.pages import reading
from episodes.transcripts.speech import names, transcript_of
from media_pipeline import asr, delivery
from media_pipeline.models import MediaAsset
from media_pipeline.playing import clock
from publishing.lists.filters import DESK_FILTERS
from publishing.publishable_admin import PublishableAdmin
from search.items import choosable

RECORDINGS = ("audio", "video")
NOT_THEIRS = (
    "The transcript was not attached: somebody else's episode has the same recording, and would show it, too."
)


class CreditInline(SortableInline[EpisodeCredit, Episode]):
    model = EpisodeCredit
    formset = CreditFormSet
    fields = ["person", "role", "href", "position"]
    autocomplete_fields = ["person"]
    verbose_name = "person"
    verbose_name_plural = "guests and others who are heard (the show's hosts need not be named)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[EpisodeCredit]:
        return super().get_queryset(request).select_related("person")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return with_roles(db_field, super().formfield_for_dbfield(db_field, request, **kwargs), "guest")


class LinkInline(SortableInline[EpisodeLink, Episode]):
    model = EpisodeLink
    fields = ["label", "url", "position"]
    verbose_name = "link"
    verbose_name_plural = "links, in the order of the conversation"


class SlotInline(SortableInline[SponsorSlot, Episode]):
    model = SponsorSlot
    fields = ["place", "at", "sponsor", "url", "text", "position"]
    verbose_name = "sponsor's slot"
    verbose_name_plural = "sponsors"
    extra = 0


@admin.register(Episode)
class EpisodeAdmin(PublishableAdmin[Episode]):
    form = EpisodeForm
    inlines = [CreditInline, LinkInline, SlotInline]
    change_form_template = "admin/episodes/episode_form.html"
    list_display = ["title", "state", "show", "no", "length", "published"]
    list_filter = [
        *DESK_FILTERS,
        "show",
        "type",
        "for_members",
        ("people", admin.RelatedOnlyFieldListFilter),
        ("topics", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["show"]
    exported = ("show", "credits__person", "topics")
    search_fields = ["title", "standfirst", "slug", "credits__person__name"]
    autocomplete_fields = ["topics", "related"]
    readonly_fields = ["said"]
    fieldsets = [
        (
            None,
            {
                "fields": ["audio", "title", "standfirst", ("show", "season", "number", "type"), "body"],
                "classes": ["writing"],
            },
        ),
        ("What is said", {"fields": ["said", "transcript_file", "transcript_waived"]}),
        ("Moments", {"fields": ["chapters", "soundbites"]}),
        ("Where it belongs", {"fields": ["topics", "artwork"]}),
        ("Who may hear it", {"fields": ["for_members", "public_at", "explicit"]}),
        ("Video", {"fields": ["video"], "classes": ["collapse"]}),
        ("Further listening", {"fields": ["related"], "classes": ["collapse"]}),
        (
            "Small print",
            {"fields": ["slug", "license", "funding_url", "funding_label"], "classes": ["collapse"]},
        ),
    ]

    class Media:
        css = {"all": ["css/admin/uploads.css", "css/admin/episodes.css"]}

    # --- the list -----------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Episode]:
        seconds = Coalesce("audio__duration", "linked_seconds")
        return super().get_queryset(request).annotate(seconds_long=seconds)

    @admin.display(description="no.", ordering=F("number").desc(nulls_last=True))
    def no(self, episode: Episode) -> str:
        return episode.display_number

    @admin.display(description="length", ordering="seconds_long")
    def length(self, episode: Any) -> str:
        return clock(episode.seconds_long) if episode.seconds_long else ""

    def export_row(self, content: Episode) -> dict[str, Any]:
        return {
            "section": content.show.name,
            "bylines": ", ".join(credit.person.name for credit in content.credits.all()),
            "topics": ", ".join(topic.name for topic in content.topics.all()),
        }

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Without looking at all that goes with it: its downloads are many, and nobody's to delete one by one."""
        lacking = any(not self.has_delete_permission(request, episode) for episode in objs)
        counts = {self.opts.verbose_name_plural: len(objs)}
        return [str(episode) for episode in objs], counts, {"episode"} if lacking else set(), []

    # --- the form -----------------------------------------------------------------------------------------------

    @method_decorator(delivery.plays_media)
    def changeform_view(self, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(*args, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The show that was written for last, and the number that follows."""
        own = Episode.objects.filter(created_by=signed_in_user(request))
        last = own.order_by("-pk").first() or Episode.objects.order_by("-pk").first()
        begun: dict[str, Any] = {"show": last.show_id} if last else {}
        begun |= super().get_changeform_initial_data(request)
        show = str(begun.get("show", ""))
        return {"number": next_numbers().get(int(show)) if show.isdecimal() else None} | begun

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A recording is added by dropping its file, and not in a window of its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in RECORDINGS:
            field.widget = getattr(field.widget, "widget", field.widget)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "season":
            kwargs |= {
                "empty_label": "None",
                "form_class": SeasonField,
                "queryset": Season.objects.select_related("show"),
            }
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and db_field.name in RECORDINGS:
            uploads = self.admin_site.get_model_admin(MediaAsset).has_add_permission(request)
            field.widget = RecordingSelect(db_field, self.admin_site, uploads=uploads)
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "related":
            kwargs["queryset"] = choosable(_related(request), by=signed_in_user(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="attached")
    def said(self, episode: Episode) -> SafeString | str:
        """What the transcript is, and where it is corrected. New ones have none."""
        if not episode.pk:
            return "Nothing yet."
        found = transcript_of(episode)
        people = names(episode) if found else {}
        labels = dict.fromkeys(label for _, _, label, _ in found.cues if label) if found else {}
        speakers = [people[label].name if label in people else label for label in labels]
        shown = {
            "transcript": found,
            "speakers": speakers,
            "unmapped": set(labels) - set(people),
            "episode": episode,
            "machine_problem": asr.problem(),
        }
        return SafeString(render_to_string("admin/episodes/said.html", shown))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The transcript last: it is no part of a revision, and belongs to what is stored."""
        super().save_related(request, form, formsets, change)
        if file := form.cleaned_data.get("transcript_file"):
            self._attach(request, form.instance.pk, file)

    def _attach(self, request: HttpRequest, pk: int, file: Any) -> None:
        episode = Episode.objects.get(pk=pk)
        if transcript_pages.says_it_of_others(request, episode):
            messages.error(request, NOT_THEIRS)
            return
        count = len(file.parsed.cues)
        if not transcripts.attach(episode, file.parsed, name=file.name, by=signed_in_user(request)):
            messages.info(request, "The transcript said this already.")
            return
        messages.info(request, f"The transcript is attached: {count:,} {'cue' if count == 1 else 'cues'}.")
        for warning in file.parsed.warnings[:5]:
            messages.warning(request, f"Transcript, line {warning.line}: {warning.message}")

    # --- its other pages ----------------------------------------------------------------------------------------

    def page(self, content: Episode) -> tuple[str, dict[str, Any]]:
        return "episodes/episode.html", reading.context(content)

    def advice(self, content: Episode) -> list[str]:
        missing = {
            "It has no standfirst: lists and apps show the title alone.": not content.standfirst,
            "It has no notes.": not content.body.strip(),
            "It has no chapters.": content.seconds > 1200 and not content.chapters.strip(),
            "It belongs to no topic.": not content.topics.exists(),
        }
        return [sentence for sentence, is_so in missing.items() if is_so]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("recordings/", self._view(recordings.search), name=self._url_name("recordings")),
            path("recordings/<int:pk>/", self._view(recordings.one), name=self._url_name("recording")),
            path(
                "<int:object_id>/feed-entry/",
                self._view(feed_entry.feed_entry),
                name=self._url_name("feed_entry"),
            ),
            *transcript_pages.urls(self),
        ]
        return own + super().get_urls()


def _related(request: HttpRequest) -> list[int]:
    """What the opened episode has already: saving it must not lose what its author could not choose."""
    session = getattr(request, "editing", None)
    episode = session.content if session else None
    return list(episode.related.values_list("pk", flat=True)) if episode else []
