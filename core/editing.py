"""What our admins share: plain forms, rows in an order of their own, and addresses that go on working."""

from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth import get_permission_codename
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, QuerySet, TextField
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods

from core import caching
from core.generics import ModelAdmin, TabularInline
from core.signals import address_changed
from core.widgets import HueInput, PlainTextarea, SearchSelect, SearchSelectMultiple, element


class PlainFields:
    """Short boxes for short texts, and choices that can be widened (+) but are no place to delete things."""

    formfield_overrides: Any = {
        TextField: {"widget": PlainTextarea(attrs={"rows": 3, "class": "vLargeTextField"})}
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "hue":
            kwargs["widget"] = HueInput()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = (
                field.widget.can_view_related
            ) = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", SearchSelect(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", SearchSelectMultiple(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


_usual_methods = method_decorator(require_http_methods(["GET", "HEAD", "POST"]))


class StrictPages:
    """Django's own pages, but no method is taken for another one, and nobody without a right learns what rows there are."""

    @_usual_methods
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, extra_context)  # type: ignore[misc]

    @_usual_methods
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "_saveasnew" in request.POST:
            raise BadRequest("Nothing here is saved as something new.")
        return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]

    @_usual_methods
    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return super().delete_view(request, object_id, extra_context)  # type: ignore[misc]

    @_usual_methods
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        if not self.has_view_or_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)  # type: ignore[misc]

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: Any
    ) -> HttpResponse:
        raise Http404("no such row")


class DeskAdmin[M: Model](StrictPages, PlainFields, ModelAdmin[M]):
    """The base of every admin that editors work with."""

    list_per_page = 50
    view_on_site = False  # by Django's own redirect, which the site does without

    class Media:
        js = [element("edit-guard"), element("select-names")]


class SortableInline[Child: Model, Parent: Model](PlainFields, TabularInline[Child, Parent]):
    """Rows with a `position` that are dragged, or moved with buttons; without JavaScript the number is typed."""

    template = "admin/edit_inline/sortable.html"
    extra = 1
    max_num = 100

    class Media:
        js = [element("sortable-rows")]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"absolute_max": self.max_num, **kwargs})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A column's heading is no label to a screen reader."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = capfirst(field.label)
        return field


class OwnRows[M: Model](DeskAdmin[M]):
    """All can be seen, and without the right to `edit_all` only somebody's own be changed."""

    def is_own(self, request: HttpRequest, obj: M) -> bool:
        raise NotImplementedError

    def may_edit_all(self, request: HttpRequest) -> bool:
        return request.user.has_perm(
            f"{self.opts.app_label}.{get_permission_codename('edit_all', self.opts)}"
        )

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: HttpRequest, obj: M | None) -> bool:
        return obj is None or self.may_edit_all(request) or self.is_own(request, obj)


class KeepsAddress[M: Model](DeskAdmin[M]):
    """For models with an address that is made of a slug: the old one leads to the new one."""

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        old = self.address(type(obj)._default_manager.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        new = self.address(obj)
        if old and old != new:
            address_changed.send(sender=type(obj), old=old, new=new)

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        super().delete_model(request, obj)
        caching.bump()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        super().delete_queryset(request, queryset)
        caching.bump()

    def get_view_on_site_url(self, obj: M | None = None) -> str | None:
        """Of the stored row: a form that was refused may hold a slug that no address can have."""
        stored = type(obj)._default_manager.filter(pk=obj.pk).first() if obj else None
        return self.address(stored) if stored else None

    @staticmethod
    def address(obj: Any) -> str:
        path: str = obj.get_absolute_url()
        return path
