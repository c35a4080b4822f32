from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern

from accounts.staff import signed_in_user
from core.generics import ModelAdmin
from publishing.models import Item
from publishing.writing.markdown_preview import may_write
from search.items import choosable


@admin.register(Item)
class ItemAdmin(ModelAdmin[Item]):
    """Only there so that other forms can look published things up; it has no pages of its own."""

    search_fields = ["index_entry__title"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return choosable(by=signed_in_user(request))

    def get_urls(self) -> list[URLPattern]:
        return []

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
