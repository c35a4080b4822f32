from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator

from core import work
from core.editing import StrictPages
from core.generics import ModelAdmin
from core.models import Work

SHOWN = {
    "parked": "Needs a person",
    "open": "Waiting or running",
    "done": "Done in the last week",
    "all": "All",
}


class StateFilter(admin.SimpleListFilter):
    """Opens on what needs a person."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(SHOWN.items())

    def value(self) -> str:
        return super().value() or "parked"

    def choices(self, changelist: Any) -> Any:
        return list(super().choices(changelist))[1:]  # without Django's own “All”

    def queryset(self, request: HttpRequest, queryset: QuerySet[Work]) -> QuerySet[Work]:
        if self.value() == "open":
            return queryset.filter(state__in=[Work.State.WAITING, Work.State.RUNNING])
        return queryset.filter(state=self.value()) if self.value() in Work.State.values else queryset


@admin.action(
    description="Try again",
    permissions=["change"],
    location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
)
def try_again(model_admin: Any, request: HttpRequest, queryset: QuerySet[Work]) -> None:
    again = sum(work.retry(row.pk) for row in queryset)
    messages.info(request, f"{again} will be tried again now.")
    if others := queryset.count() - again:
        messages.warning(request, f"{others} were not parked and are left alone.")


@admin.action(
    description="Discard",
    permissions=["change"],
    location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
)
def discard(model_admin: Any, request: HttpRequest, queryset: QuerySet[Work]) -> None:
    """Only what is parked: whoever wants something that runs to stop goes where it was asked for."""
    parked = queryset.filter(state=Work.State.PARKED)
    discarded = sum(work.drop(row.pk) for row in parked)
    messages.info(request, f"{discarded} will not be done any more.")
    if others := queryset.count() - discarded:
        messages.warning(request, f"{others} were not parked and are left alone.")


@admin.register(Work)
class WorkAdmin(StrictPages, ModelAdmin[Work]):
    """The dead-letter page: work that needs a person, with the reason. Nothing in it is edited by hand."""

    list_display = ["kind", "key", "why", "state", "attempts", "changed_at"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["key", "problem"]
    ordering = ["-changed_at"]
    actions = [try_again, discard]
    fields: ClassVar[Any] = [
        "kind",
        "key",
        "state",
        "problem",
        "attempts",
        "due_at",
        "next_try_at",
        "lease_until",
        "changed_at",
    ]
    readonly_fields = fields  # the payload is left out: it can hold a mail

    @admin.display(description="problem")
    def why(self, row: Work) -> str:
        return Truncator(row.problem).chars(160)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
