from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core import work
from core.editing import KeepsAddress, SortableInline
from episodes import audio
from episodes.admin.credits import with_roles
from episodes.forms import ShowCreditFormSet, ShowForm
from episodes.models import Show, ShowCredit, ShowLink
from media_pipeline.widgets import PicksImages
from search.indexing import reindex

IN_FILES = {"name", "author", "artwork"}
"""What the files of its episodes repeat."""


class HostInline(SortableInline[ShowCredit, Show]):
    model = ShowCredit
    formset = ShowCreditFormSet
    fields = ["person", "role", "href", "position"]
    autocomplete_fields = ["person"]
    verbose_name = "host"
    verbose_name_plural = "hosts and makers, in printed order"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShowCredit]:
        return super().get_queryset(request).select_related("person")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return with_roles(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))


class ShowLinkInline(SortableInline[ShowLink, Show]):
    model = ShowLink
    fields = ["label", "url", "position"]
    verbose_name = "link"
    verbose_name_plural = "elsewhere"


@admin.register(Show)
class ShowAdmin(PicksImages[Show], KeepsAddress[Show]):
    form = ShowForm
    inlines = [HostInline, ShowLinkInline]
    change_form_template = "admin/episodes/show_form.html"
    list_display = ["name", "type", "language", "episodes", "standing", "position"]
    list_editable = ["position"]
    list_filter = ["type", "language", "complete"]
    search_fields = ["name", "slug"]
    readonly_fields = ["podcast_guid"]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "description", "artwork", "hue"], "classes": ["writing"]}),
        ("How directories list it", {"fields": ["categories", "language", ("type", "medium"), "explicit"]}),
        ("Who is behind it", {"fields": ["author", "owner_name", "owner_email", "copyright"]}),
        (
            "How often, and how to support it",
            {"fields": ["frequency", "frequency_rule", "funding_url", "funding_label"]},
        ),
        (
            "More that apps understand",
            {
                "fields": [
                    "website",
                    "license",
                    "license_url",
                    "location",
                    "podroll",
                    "txt",
                    "podcast_guid",
                ],
                "classes": ["collapse"],
            },
        ),
        (
            "Its address, its end and moving away",
            {
                "fields": ["slug", "position", "complete", "hidden", "locked", "moved_to", "ended_at"],
                "description": "To move the feed to another host: switch “locked” off, take it over there, then give its new "
                "address here. Apps are sent there for good, so leave it for months. The pages stay.",
                "classes": ["collapse"],
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Show]:
        return super().get_queryset(request).annotate(how_many=Count("episodes"))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In the list the column's heading is no label to a screen reader."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "position":
            field.widget.attrs["aria-label"] = "Position"
        return field

    @admin.display(description="episodes", ordering="how_many")
    def episodes(self, show: Any) -> int:
        return int(show.how_many)

    @admin.display(description="feed")
    def standing(self, show: Show) -> str:
        if show.moved_to:
            return "Moved away"
        if show.ended_at:
            return "Ends, or has ended"
        return "Complete" if show.complete else ""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Pages, feeds and the search follow at once; the files of its episodes as soon as a worker has time."""
        super().save_related(request, form, formsets, change)
        show: Show = form.instance
        reindex(show.episodes.values_list("item_id", flat=True))
        if IN_FILES & set(form.changed_data) or formsets[0].has_changed():
            work.enqueue(audio.PREPARE, str(show.pk))
