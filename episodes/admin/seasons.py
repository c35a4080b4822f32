from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core import caching
from core.editing import KeepsAddress
from episodes.models import Season


@admin.register(Season)
class SeasonAdmin(KeepsAddress[Season]):
    list_display = ["called", "show", "number", "episodes"]
    list_filter = ["show"]
    list_select_related = ["show"]
    search_fields = ["name", "show__name"]
    fields = ["show", "number", "name", "description"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Season]:
        return super().get_queryset(request).annotate(how_many=Count("episodes"))

    def get_readonly_fields(self, request: HttpRequest, obj: Season | None = None) -> list[str]:
        """Its episodes belong to the show, so it stays there."""
        return ["show"] if obj else []

    @admin.display(description="season", ordering="number")
    def called(self, season: Season) -> str:
        return str(season)

    @admin.display(description="episodes", ordering="how_many")
    def episodes(self, season: Any) -> int:
        return int(season.how_many)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        caching.bump()
