"""The base of every kind's admin: writing, previewing, publishing. A kind adds its fields and how it is shown."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.staff import signed_in_user
from core.widgets import MarkdownEditor, element
from media_pipeline.widgets import PicksImages
from publishing import workflow
from publishing.forms import PublishableForm
from publishing.history import history_views, revision_views
from publishing.lists.desk_list import DeskList
from publishing.lists.filters import STATES
from publishing.models import Publishable
from publishing.sharing import sharing_views
from publishing.steps import publication_views
from publishing.writing import autosave_views, autosaves, change_form
from publishing.writing.editing_session import EditingSession

OF_THE_FORM = (
    "preview-window",
    "unsaved-offer",
    "autosave-form",
    "desk-presence",
    "field-notes",
    "keep-place",
)


class PublishableAdmin[P: Publishable](DeskList[P], PicksImages[P]):
    """A subclass gives `page(content)`, the template and context of the readers' page, and may give `advice(content)`."""

    form: Any = PublishableForm
    change_form_template = "admin/publishable_form.html"
    list_display: Any = ["__str__", "state", "published"]
    date_hierarchy = "published_at"

    class Media:
        js = [element(name) for name in OF_THE_FORM]

    def page(self, content: P) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError

    def advice(self, content: P) -> list[str]:
        """What an editor might want to look at before publishing; none of it stops them."""
        return []

    # --- the list -----------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[P]:
        """What they may touch: everything, or their own work."""
        rows: Any = super().get_queryset(request)
        return rows.editable_by(request.user).with_state()  # type: ignore[no-any-return]

    def has_change_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or (self._is_theirs(request, obj) and obj.status in workflow.OPEN)
        )

    def has_view_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return super().has_view_permission(request, obj) and (obj is None or self._is_theirs(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        """Their own drafts; what readers have had is for those who may publish."""
        if not super().has_delete_permission(request, obj) or obj is None:
            return super().has_delete_permission(request, obj)
        may_publish = request.user.has_perm(self.model.right("publish"))
        return self._is_theirs(request, obj) and (obj.published_at is None or may_publish)

    def _is_theirs(self, request: HttpRequest, obj: P) -> bool:
        """Asked some ten times for a page, so a page that is only shown asks the database once."""
        if request.user.has_perm(self.model.right("edit_all")):
            return True
        known = vars(request).setdefault("known_as_theirs", {}) if request.method == "GET" else {}
        if obj.item_id not in known:
            rows: Any = self.model._default_manager
            known[obj.item_id] = rows.owned_by(request.user).filter(pk=obj.pk).exists()
        return bool(known[obj.item_id])

    @admin.display(description="state", ordering="published_at")
    def state(self, content: Any) -> SafeString:
        words = STATES[content.state]
        if content.state == "scheduled":
            words = f"Scheduled for {publication_views.moment(content)}"
        if content.has_edits_waiting:
            words += ", edits waiting"
        return format_html('<span class="state {}">{}</span>', content.state, words)

    @admin.display(description="published", ordering="published_at")
    def published(self, content: Any) -> str:
        return publication_views.moment(content) if content.state == "live" else ""

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.model.right("publish"))

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
        session: EditingSession = request.editing  # type: ignore[attr-defined]
        session.record(form.instance)
        if form.old_path and form.instance.status == Publishable.Status.DRAFT:
            path = self.model._default_manager.get(pk=form.instance.pk).get_absolute_url()
            if path != form.old_path:
                workflow.remember_path(form.instance, form.old_path)

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

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Inside one transaction: the form shows the newest revision, and what is not saved is rolled back with it."""
        session = request.editing = EditingSession(self, request, self.model.kind)  # type: ignore[attr-defined]
        if request.method == "GET" and "unsaved" in request.GET:
            self._fill_in_what_was_not_saved(request, session, object_id)
        with transaction.atomic():
            response: Any = super().changeform_view(request, object_id, form_url, extra_context)
            if not session.saved:
                if hasattr(response, "render"):
                    response.render()
                transaction.set_rollback(True)
        return response

    def _fill_in_what_was_not_saved(
        self, request: HttpRequest, session: EditingSession, object_id: str | None
    ) -> None:
        """Show the form as if it had been sent; `PublishableForm` never lets it be saved this way."""
        content: P | None = super().get_object(request, object_id) if object_id else None
        if object_id and content is None:
            return
        kept = autosaves.find(signed_in_user(request), self.model.kind, content.item_id if content else None)
        if kept:
            session.restored = kept
            request.method, request.POST = "POST", QueryDict(kept.data)
            request._files = MultiValueDict()  # type: ignore[attr-defined]  # or Django reads both anew
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> P | None:
        found: P | None = super().get_object(request, object_id, from_field)
        session = getattr(request, "editing", None)
        return session.open(found) if found and session and session.content is None else found

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.session = getattr(request, "editing", None)
        return form

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: Any) -> Any:
        """Somebody else's, or gone: what was typed is shown, so that it can be copied."""
        typed = {
            field.verbose_name: request.POST.get(field.name, "")
            for field in opts.concrete_fields
            if request.POST.get(field.name) and field.get_internal_type() in ("CharField", "TextField")
        }
        if not typed:
            raise Http404("no such content")
        context = {
            **self.admin_site.each_context(request),
            "title": "It is gone",
            "typed": typed,
            "opts": opts,
            "may_add": self.has_add_permission(request),
        }
        return render(request, "admin/gone.html", context, status=404)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= change_form.around(self, request, kwargs.get("obj"), context)
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
            return HttpResponseRedirect(self.address("publication", obj) + "#next")
        if "_continue" in request.POST:
            later = " Readers get it when the edits are published." if self._waits(obj) else ""
            self.message_user(request, f"Saved.{later}", messages.SUCCESS)
            return HttpResponseRedirect(self.address("change", obj))
        if "_preview" in request.POST:
            link = format_html(
                'Saved. <a href="{}" target="preview">Open the preview</a>', self.address("preview", obj)
            )
            self.message_user(request, link, messages.SUCCESS)
            return HttpResponseRedirect(self.address("change", obj) + "?_preview=1")
        return None

    def _waits(self, obj: P) -> bool:
        """As the save has left it: in memory the form's values are mixed with what readers get."""
        return bool(self.model._default_manager.get(pk=obj.pk).has_edits_waiting)

    def get_urls(self) -> list[URLPattern]:
        """An object's own pages, besides those that Django gives it."""
        views: dict[str, Any] = {
            "autosave": autosave_views.autosave,
            "check": autosave_views.check,
            "compare": revision_views.compare_view,
            "history": history_views.history,
            "links": sharing_views.links,
            "links/<int:number>/revocation": sharing_views.revocation,
            "presence": autosave_views.presence_of,
            "preview": publication_views.preview,
            "publication": publication_views.publication,
            "comments/<int:number>/resolution": publication_views.comment_resolution,
            "revisions/<int:number>/restoration": history_views.restoration,
        }
        own = [
            path(f"add/{where}/", self._view(views[where]), name=self._url_name(f"add_{where}"))
            for where in ("autosave", "check")
        ]
        for where, view in views.items():
            name = where.rpartition("/")[2]
            own.append(path(f"<int:object_id>/{where}/", self._view(view), name=self._url_name(name)))
        return own + super().get_urls()

    def _view(self, view: Any) -> Any:
        return self.admin_site.admin_view(partial(view, admin=self))

    def address(self, name: str, obj: P, *more: Any) -> str:
        """The path of one of an object's own pages: change, publication, preview."""
        return reverse(f"{self.admin_site.name}:{self._url_name(name)}", args=[quote(obj.pk), *more])

    def plain_address(self, name: str) -> str:
        """The same for something new."""
        return reverse(f"{self.admin_site.name}:{self._url_name(f'add_{name}')}")

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"
