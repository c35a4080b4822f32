"""What several admins share: rows in an order of their own, and addresses that go on working."""

from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model
from django.http import HttpRequest

from core.generics import ModelAdmin, TabularInline
from core.signals import address_changed
from core.widgets import element


class Uncluttered:
    """A choice of something related can be widened (+), but it is no place to delete things."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = False
        return field


class SortableInline[Child: Model, Parent: Model](Uncluttered, TabularInline[Child, Parent]):
    """Rows with a `position` that are dragged, or moved with buttons; without JavaScript the number is typed."""

    template = "admin/edit_inline/sortable.html"
    extra = 1

    class Media:
        js = [element("sortable-rows")]


class KeepsAddress[M: Model](ModelAdmin[M]):
    """For models with an address that is made of a slug: the old one leads to the new one."""

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        old = self.address(type(obj)._default_manager.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        new = self.address(obj)
        if old and old != new:
            address_changed.send(sender=type(obj), old=old, new=new)

    @staticmethod
    def address(obj: Any) -> str:
        path: str = obj.get_absolute_url()
        return path
