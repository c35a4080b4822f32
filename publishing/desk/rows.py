"""The rows that somebody may touch, of every kind, as lists need them."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from publishing.models import KINDS

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


def admins_of(site: AdminSite, request: HttpRequest) -> "list[PublishableAdmin[Any]]":
    """Those of the kinds that somebody may look at, by their names."""
    known: list[Any] = [site.get_model_admin(model) for model in KINDS.values() if site.is_registered(model)]
    seen = [admin for admin in known if admin.has_view_permission(request)]
    return sorted(seen, key=lambda admin: str(admin.opts.verbose_name))


def rows_of(admin: "PublishableAdmin[Any]", user: User) -> Any:
    """What they may touch, each with its `state`, without the long texts."""
    rows: Any = admin.model._default_manager
    return rows.editable_by(user).with_state().defer(*heavy_fields(admin.model))


def heavy_fields(model: type[models.Model]) -> list[str]:
    """Columns that no list shows."""
    return [
        column.name
        for column in model._meta.concrete_fields
        if isinstance(column, (models.TextField, models.JSONField))
    ]


def add_path(admin: "PublishableAdmin[Any]") -> str:
    return _path(admin, "add")


def list_path(admin: "PublishableAdmin[Any]", query: dict[str, str] | str = "") -> str:
    """The kind's list, filtered."""
    words = query if isinstance(query, str) else urlencode(query)
    return f"{_path(admin, 'changelist')}{'?' if words else ''}{words}"


def _path(admin: "PublishableAdmin[Any]", page: str) -> str:
    return reverse(f"{admin.admin_site.name}:{admin.opts.app_label}_{admin.opts.model_name}_{page}")
