"""The calendar of the desk: what goes live, changes, disappears or is due in a month."""

import calendar as months
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import get_current_timezone, get_current_timezone_name, localtime
from django.views.decorators.http import require_safe

from accounts.staff import signed_in_user
from core.clock import database_now
from publishing.desk import happenings
from publishing.desk.happenings import Happening
from publishing.desk.rows import admins_of

YEARS = range(1970, 3000)
SHOWN = 5  # of a day, before "more"
MOST = 1000  # of a kind and source in a month


@dataclass(slots=True)
class Day:
    date: date
    is_in_month: bool
    is_today: bool
    happenings: list[Happening] = field(default_factory=list)

    @property
    def shown(self) -> list[Happening]:
        return self.happenings if len(self.happenings) == SHOWN + 1 else self.happenings[:SHOWN]

    @property
    def more(self) -> list[Happening]:
        return self.happenings[len(self.shown) :]


@require_safe
def desk_calendar(request: HttpRequest) -> HttpResponse:
    """`?month=2026-12`, by default the current one, in the site's time zone. BadRequest for what is no month."""
    user, today = signed_in_user(request), localtime(database_now()).date()
    first = _month(request.GET.get("month") or f"{today:%Y-%m}")
    dates = months.Calendar().monthdatescalendar(first.year, first.month)
    start, end = _midnight(dates[0][0]), _midnight(dates[-1][-1] + timedelta(days=1))
    found, total = happenings.between(
        admins_of(admin.site, request), user, start, end, happenings.EVERYTHING, most=MOST
    )
    context = {
        **admin.site.each_context(request),
        "title": f"Calendar: {first:%B %Y}",
        "month": first,
        "weeks": _filled(dates, first, today, found),
        "weekdays": [f"{day:%A}" for day in dates[0]],
        "previous": _neighbour(first - timedelta(days=1)),
        "next": _neighbour(first + timedelta(days=31)),
        "is_current": first == today.replace(day=1),
        "left_out": total - len(found),
        "time_zone": get_current_timezone_name(),
    }
    return TemplateResponse(request, "admin/desk/calendar.html", context)


def _month(words: str) -> date:
    match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", words)
    if match is None or int(match[1]) not in YEARS:
        raise BadRequest("A month is written 2026-12.")
    return date(int(match[1]), int(match[2]), 1)


def _midnight(day: date) -> datetime:
    """When a day begins here; days may have 23 or 25 hours."""
    return datetime.combine(day, time(), tzinfo=get_current_timezone())


def _neighbour(day: date) -> str:
    return f"{day:%Y-%m}" if day.year in YEARS else ""


def _filled(dates: list[list[date]], first: date, today: date, found: list[Happening]) -> list[list[Day]]:
    days = {
        day: Day(day, (day.year, day.month) == (first.year, first.month), day == today)
        for week in dates
        for day in week
    }
    for happening in found:
        days[happening.day].happenings.append(happening)
    return [[days[day] for day in week] for week in dates]
