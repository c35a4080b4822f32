"""What our admins share: plain forms, rows in an order of their own, and addresses that go on working."""

from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model, QuerySet, TextField
from django.http import HttpRequest
from django.utils.text import capfirst

from core import caching
from core.generics import ModelAdmin, TabularInline
from core.signals import address_changed
from core.widgets import HueInput, PlainTextarea, element


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


class DeskAdmin[M: Model](PlainFields, ModelAdmin[M]):
    """The base of every admin that editors work with."""

    list_per_page = 50

    class Media:
        js = [element("edit-guard"), element("select-names")]


class SortableInline[Child: Model, Parent: Model](PlainFields, TabularInline[Child, Parent]):
    """Rows with a `position` that are dragged, or moved with buttons; without JavaScript the number is typed."""

    template = "admin/edit_inline/sortable.html"
    extra = 1

    class Media:
        js = [element("sortable-rows")]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A column's heading is no label to a screen reader."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = capfirst(field.label)
        return field


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
