"""The filters of the lists: what people look for on the desk."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone

from accounts.models import User
from accounts.staff import signed_in_user
from publishing.desk.questions import QUESTIONS

STATES = {
    "draft": "Draft",
    "in_review": "In review",
    "changes_requested": "Changes requested",
    "approved": "Approved",
    "scheduled": "Scheduled",
    "live": "Live",
    "expired": "Expired",
    "archived": "Archived",
    "removed": "Taken down",
}
YEARS = range(1970, 3000)


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class WhoseFilter(admin.SimpleListFilter):
    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "My own work")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        own: Any = queryset
        return own.owned_by(signed_in_user(request)) if self.value() == "mine" else queryset


class DeskFilter(admin.SimpleListFilter):
    """What the sections of the desk ask."""

    title = "to do"
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(question.name, question.label) for question in QUESTIONS.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        question = QUESTIONS.get(str(self.value()))
        if question is None:
            raise IncorrectLookupParameters("The desk asks no such question.")
        narrowed: QuerySet[Any] = question.ask(queryset, signed_in_user(request))
        return narrowed


class ReviewerFilter(admin.SimpleListFilter):
    title = "reviewer"
    parameter_name = "reviewer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those who review something on this list."""
        assigned = model_admin.get_queryset(request).order_by().values("reviewer")
        known = User.objects.filter(pk__in=assigned).order_by("name", "email")
        return [("me", "Me"), ("nobody", "Nobody"), *((str(user.pk), str(user)) for user in known)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = str(self.value() or "")
        if not value:
            return queryset
        if value == "nobody":
            return queryset.filter(reviewer=None)
        if value == "me":
            return queryset.filter(reviewer=signed_in_user(request))
        if not value.isascii() or not value.isdecimal() or len(value) > 18:
            raise IncorrectLookupParameters("A reviewer is a number.")
        return queryset.filter(reviewer=int(value))


class PublishedFilter(admin.ListFilter):
    """Published from one day to another, both included, in the site's time zone."""

    title = "published between"
    template = "admin/desk/published_filter.html"
    parameter_names = ("published_from", "published_to")

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.parameter_names:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameter_names)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (self._day(name) for name in self.parameter_names)
        if first:
            queryset = queryset.filter(published_at__gte=_midnight(first))
        if last:
            queryset = queryset.filter(published_at__lt=_midnight(last + timedelta(days=1)))
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What the template needs: the two days, and what the form has to send along."""
        rest = changelist.get_query_string(remove=[*self.parameter_names]).removeprefix("?")
        yield {
            "fields": [
                (name, label, self.used_parameters.get(name, ""))
                for name, label in zip(self.parameter_names, ("from", "to"), strict=True)
            ],
            "rest": parse_qsl(rest, keep_blank_values=True),
            "without": f"?{rest}",
            "selected": any(self.used_parameters.values()),
        }

    def _day(self, name: str) -> date | None:
        words = self.used_parameters.get(name)
        if not words:
            return None
        try:
            day = date.fromisoformat(str(words))
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        if day.year not in YEARS:
            raise IncorrectLookupParameters("This is a slip of the pen.")
        return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=get_current_timezone())


DESK_FILTERS: list[Any] = [StateFilter, DeskFilter, WhoseFilter, ReviewerFilter, PublishedFilter]
