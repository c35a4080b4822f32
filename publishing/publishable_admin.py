"""The base of every kind's admin: writing, previewing, publishing. A kind adds its fields and how it is shown."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.staff import signed_in_user
from core.widgets import MarkdownEditor, element
from media_pipeline.widgets import PicksImages
from publishing import publication_views, workflow
from publishing.forms import PublishableForm
from publishing.models import Publishable


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("draft", "Drafts"), ("scheduled", "Scheduled"), ("live", "Live")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class PublishableAdmin[P: Publishable](PicksImages[P]):
    """A subclass gives `page(content)`, the template and context of the readers' page, and may give `advice(content)`."""

    form: Any = PublishableForm
    change_form_template = "admin/publishable_form.html"
    list_display: Any = ["__str__", "state", "published"]
    list_filter: ClassVar[Any] = [StateFilter]
    date_hierarchy = "published_at"
    actions: Any = ["publish_selected", "unpublish_selected"]
    unread_fields: ClassVar[set[str]] = {"slug"}
    """Fields that may change without giving readers another text."""

    class Media:
        js = [element("preview-window")]

    def page(self, content: P) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError

    def advice(self, content: P) -> list[str]:
        """What an editor might want to look at before publishing; none of it stops them."""
        return []

    # --- the list -----------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[P]:
        return super().get_queryset(request).with_state()  # type: ignore[attr-defined,no-any-return]

    @admin.display(description="state", ordering="published_at")
    def state(self, content: Any) -> SafeString:
        words = {"draft": "Draft", "live": "Live"}.get(
            content.state
        ) or f"Scheduled for {publication_views.moment(content)}"
        return format_html('<span class="state {}">{}</span>', content.state, words)

    @admin.display(description="published", ordering="published_at")
    def published(self, content: Any) -> str:
        return publication_views.moment(content) if content.state == "live" else ""

    @admin.action(description="Publish now", permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[P]) -> None:
        publication_views.each(
            self, request, queryset, partial(workflow.publish, by=signed_in_user(request)), "Published"
        )

    @admin.action(description="Unpublish", permissions=["change"])
    def unpublish_selected(self, request: HttpRequest, queryset: QuerySet[P]) -> None:
        publication_views.each(
            self, request, queryset, partial(workflow.unpublish, by=signed_in_user(request)), "Unpublished"
        )

    # --- saving: Django does all of this in one transaction ------------------------------------------------------

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "body":
            kwargs |= {
                "widget": MarkdownEditor(),
                "strip": False,
                "help_text": "Markdown. ## begins a section.",
            }
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: P, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = signed_in_user(request)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        content = self.model._default_manager.get(pk=form.instance.pk)
        readable = bool(set(form.changed_data) - self.unread_fields) or any(
            rows.has_changed() for rows in formsets
        )
        workflow.saved(content, old_path=form.old_path, readable=readable)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: P) -> None:
        published = self.model._default_manager.filter(pk=obj.pk, status=Publishable.Status.PUBLISHED)
        if published.select_for_update().first():
            workflow.unpublish(obj, by=signed_in_user(request))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[P]) -> None:
        for content in queryset:
            self.delete_model(request, content)

    # --- the form and where its buttons lead ---------------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        content = kwargs.get("obj")
        context["state"] = content.state if content else "draft"
        if content:
            context["publication_url"] = self.address("publication", content)
            context["preview_url"] = self.address("preview", content)
            context["open_preview"] = "_preview" in request.GET
        return super().render_change_form(request, context, *args, **kwargs)

    def get_view_on_site_url(self, obj: P | None = None) -> str | None:
        """As it is stored: a form with errors holds a slug that may be no address at all."""
        stored: Any = self.model._default_manager.filter(pk=obj.pk).live().first() if obj else None  # type: ignore[attr-defined]
        return stored.get_absolute_url() if stored else None

    def response_add(
        self, request: HttpRequest, obj: P, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._onward(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: P) -> HttpResponse:
        return self._onward(request, obj) or super().response_change(request, obj)

    def _onward(self, request: HttpRequest, obj: P) -> HttpResponse | None:
        if "_publish" in request.POST:
            return HttpResponseRedirect(self.address("publication", obj))
        if "_preview" in request.POST:
            link = format_html(
                'Saved. <a href="{}" target="preview">Open the preview</a>', self.address("preview", obj)
            )
            self.message_user(request, link, messages.SUCCESS)
            return HttpResponseRedirect(self.address("change", obj) + "?_preview=1")
        return None

    def get_urls(self) -> list[URLPattern]:
        own = []
        for name, view in {
            "publication": publication_views.publication,
            "preview": publication_views.preview,
        }.items():
            wrapped = self.admin_site.admin_view(partial(view, admin=self))
            own.append(path(f"<int:object_id>/{name}/", wrapped, name=self._url_name(name)))
        return own + super().get_urls()

    def address(self, name: str, obj: P) -> str:
        """The path of one of an object's own pages: change, publication, preview."""
        return reverse(f"{self.admin_site.name}:{self._url_name(name)}", args=[quote(obj.pk)])

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"
