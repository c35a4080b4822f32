"""What our admins share: plain forms, rows in an order of their own, and addresses that go on working."""

from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model, TextField
from django.http import HttpRequest

from core.generics import ModelAdmin, TabularInline
from core.signals import address_changed
from core.widgets import HueInput, PlainTextarea, element


class PlainFields:
    """Short boxes for short texts, and choices that can be widened (+) but are no place to delete things."""

    formfield_overrides: Any = {TextField: {"widget": PlainTextarea(attrs={"rows": 3, "class": "vLargeTextField"})}}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "hue":
            kwargs["widget"] = HueInput()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = False
        return field


class DeskAdmin[M: Model](PlainFields, ModelAdmin[M]):
    """The base of every admin that editors work with."""

    list_per_page = 50

    class Media:
        js = [element("edit-guard")]


class SortableInline[Child: Model, Parent: Model](PlainFields, TabularInline[Child, Parent]):
    """Rows with a `position` that are dragged, or moved with buttons; without JavaScript the number is typed."""

    template = "admin/edit_inline/sortable.html"
    extra = 1

    class Media:
        js = [element("sortable-rows")]


class KeepsAddress[M: Model](DeskAdmin[M]):
    """For models with an address that is made of a slug: the old one leads to the new one."""

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        old = self.address(type(obj)._default_manager.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        new = self.address(obj)
        if old and old != new:
            address_changed.send(sender=type(obj), old=old, new=new)

    def view_on_site(self, obj: M) -> str:
        return self.address(obj)

    @staticmethod
    def address(obj: Any) -> str:
        path: str = obj.get_absolute_url()
        return path
