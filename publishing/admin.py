from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import caching
from core.editing import KeepsAddress, SortableInline, StrictPages
from core.generics import ModelAdmin
from media_pipeline.widgets import PicksImages
from publishing.models import Publication, PublicationLink, Redirect, Topic, contents_of
from publishing.signals import topic_changed


@admin.register(Topic)
class TopicAdmin(KeepsAddress[Topic]):
    list_display = ["name", "slug", "description"]
    search_fields = ["name", "slug"]
    fields = ["name", "description", "slug"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        topic_changed.send(sender=Topic, topic=form.instance)


class PublicationLinkInline(SortableInline[PublicationLink, Publication]):
    model = PublicationLink
    fields = ["place", "label", "url", "position"]
    verbose_name_plural = "links around every page"


@admin.register(Publication)
class PublicationAdmin(PicksImages[Publication]):
    """One row, so no list: its entry in the menu opens the form."""

    inlines = [PublicationLinkInline]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "description", "logo", "hue", "colophon"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row, _ = Publication.objects.get_or_create(pk=1)
        return HttpResponseRedirect(
            reverse(f"{self.admin_site.name}:publishing_publication_change", args=[row.pk])
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        caching.bump()


class RedirectList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        contents = contents_of(redirect.item_id for redirect in self.result_list)
        for redirect in self.result_list:
            redirect.content = contents.get(redirect.item_id)


@admin.register(Redirect)
class RedirectAdmin(StrictPages, ModelAdmin[Redirect]):
    """Written by the site when an address changes; here to be looked at."""

    list_display = ["path", "leads_to", "created_at"]
    list_display_links = None
    search_fields = ["path", "target_path"]
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RedirectList

    @admin.display(description="leads to")
    def leads_to(self, redirect: Any) -> SafeString | str:
        path = redirect.content.get_absolute_url() if redirect.content else redirect.target_path
        return format_html('<a href="{}">{}</a>', path, path) if path else "Nothing: it was deleted."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
