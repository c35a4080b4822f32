"""Downloads on the desk: charts with their tables, and the same as a file. Nothing here can be edited."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from core.generics import ModelAdmin
from episodes.downloads import charts, numbers
from episodes.downloads.countries import country_name
from episodes.downloads.numbers import Chosen
from episodes.models import DownloadCount, Episode, Show
from publishing.lists.csv_export import lines

RANGES = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"), (0, "Everything"))
USUAL = 30
COLUMNS = ("day", "show", "number", "episode", "app", "country", "downloads")


class ChoiceForm(forms.Form):
    since = forms.DateField(label="From", required=False)
    until = forms.DateField(label="To", required=False)
    show = forms.ModelChoiceField(Show.objects.order_by("name"), required=False, empty_label="All shows")
    episode = forms.ModelChoiceField(
        Episode.objects.select_related("show"), required=False, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        since, until = told.get("since"), told.get("until")
        if since and until and since > until:
            raise forms.ValidationError("The first day is after the last one.")
        return told

    def chosen(self, first: date, today: date) -> Chosen:
        """What is asked for, from the `first` day with downloads (or a week ago) to today; nonsense is passed over."""
        told = self.cleaned_data if self.is_valid() else {}
        earliest = min(first, today - timedelta(days=6))
        until = max(earliest, min(told.get("until") or today, today))
        since = max(earliest, told.get("since") or until - timedelta(days=USUAL - 1))
        return Chosen(min(since, until), until, told.get("show"), told.get("episode"))


@admin.register(DownloadCount)
class DownloadCountAdmin(ModelAdmin[DownloadCount]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: DownloadCount | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: DownloadCount | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            guarded: Callable[..., HttpResponse] = self.admin_site.admin_view(view)
            return path(route, guarded, name=f"episodes_downloadcount_{name}")

        return [
            own("", require_safe(self.charts), "changelist"),
            own("export/", require_safe(self.export), "export"),
        ]

    def charts(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, today = ChoiceForm(request.GET), _today()
        first = numbers.first_day() or today
        chosen = form.chosen(first, today)
        context = self.admin_site.each_context(request) | {
            "title": "Downloads",
            "opts": self.opts,
            "form": form,
            "chosen": chosen,
            "ranges": _ranges(chosen, first, today),
            "here": _query(chosen),
            "alone": _query(Chosen(chosen.since, chosen.until)),
            **_tables(chosen, today),
        }
        return TemplateResponse(request, "admin/episodes/numbers.html", context)

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The counts themselves, as they are chosen on the page. BadRequest for what there is not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ChoiceForm(request.GET)
        if not form.is_valid():
            raise BadRequest("There are no such downloads.")
        today = _today()
        chosen = form.chosen(numbers.first_day() or today, today)
        headers = {
            "Content-Disposition": f'attachment; filename="downloads-{chosen.since}-{chosen.until}.csv"'
        }
        return StreamingHttpResponse(
            lines(COLUMNS, _rows(chosen)), content_type="text/csv; charset=utf-8", headers=headers
        )


def _today() -> date:
    return datetime.now(UTC).date()


def _ranges(chosen: Chosen, first: date, today: date) -> list[dict[str, Any]]:
    """Links to the usual spans of the same choice."""
    found = []
    for days, words in RANGES:
        since = today - timedelta(days=days - 1) if days else min(first, today - timedelta(days=6))
        is_here = (chosen.since, chosen.until) == (since, today)
        one = Chosen(since, today, chosen.show, chosen.episode)
        found.append({"words": words, "query": _query(one), "is_here": is_here})
    return found


def _query(chosen: Chosen) -> str:
    told = {"since": str(chosen.since), "until": str(chosen.until)}
    if chosen.episode:
        return urlencode(told | {"episode": str(chosen.episode.pk)})
    return urlencode(told | ({"show": str(chosen.show.pk)} if chosen.show else {}))


def _tables(chosen: Chosen, today: date) -> dict[str, Any]:
    days = numbers.by_day(chosen)
    total = sum(point.count for point in days)
    shows, episodes = numbers.by_show_and_episode(chosen)
    beginnings = numbers.beginnings(chosen, today)
    drawn = beginnings[: numbers.DRAWN]
    return {
        "days": days,
        "total": total,
        "busiest": max(days, key=lambda point: point.count),
        "columns": charts.columns(days, by_month=chosen.by_month),
        "height": charts.HEIGHT,
        "sums": [
            (name, key, charts.shares(found, total))
            for name, key, found in (
                ("Shows", "shows", shows),
                ("Episodes", "episodes", episodes),
                ("Apps", "apps", numbers.by_app(chosen)),
                ("Countries", "countries", numbers.by_country(chosen)),
            )
        ],
        "most": numbers.MOST,
        "beginnings": beginnings,
        "curves": [(days, charts.curves(drawn, days)) for days in numbers.FIRST],
    }


def _rows(chosen: Chosen) -> Iterator[dict[str, Any]]:
    columns = ("day", "episode__show__name", "episode__number", "episode__title", "app", "country", "count")
    found = chosen.counts.order_by("day", "episode", "app", "country").values_list(*columns)
    for *told, country, count in found.iterator(chunk_size=2000):
        yield dict(zip(COLUMNS, [*told, country_name(country), count], strict=True))
