"""Sums of downloads for the desk: one grouped query for each table."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, IntegerField, Min, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncMonth

from episodes.downloads.countries import country_name
from episodes.models import DownloadCount, Episode, Show

MOST = 50  # lines of a table
MOST_DAYS = 400  # that are shown one by one; beyond that, months
NEWEST = 10  # episodes whose beginnings are compared
DRAWN = 5
FIRST = (7, 30)  # days


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    count: int
    query: str = ""  # what shows this line alone: "show=3"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    day: date  # the first of a month, where months are shown
    count: int


@dataclass(frozen=True)
class Chosen:
    """Both days included."""

    since: date
    until: date
    show: Show | None = None
    episode: Episode | None = None

    @property
    def counts(self) -> QuerySet[DownloadCount]:
        return self.of(DownloadCount.objects.filter(day__gte=self.since, day__lte=self.until))

    def of(self, counts: QuerySet[DownloadCount]) -> QuerySet[DownloadCount]:
        """Of the show or episode, of all days."""
        if self.episode:
            return counts.filter(episode=self.episode)
        return counts.filter(episode__show=self.show) if self.show else counts

    @property
    def by_month(self) -> bool:
        return (self.until - self.since).days >= MOST_DAYS


@dataclass(frozen=True)
class Beginning:
    """The first days of an episode: `counts[0]` is the day on which it was published (UTC), and so on up to today."""

    episode: Any
    counts: list[int]

    def after(self, days: int) -> int:
        return sum(self.counts[:days])

    def is_whole(self, days: int) -> bool:
        return len(self.counts) >= days

    @property
    def cumulative(self) -> list[int]:
        return [self.after(days) for days in range(1, len(self.counts) + 1)]

    @property
    def cells(self) -> list[tuple[int, bool]]:
        """For each of FIRST: how many by then, and whether that time is over."""
        return [(self.after(days), self.is_whole(days)) for days in FIRST]


def first_day() -> date | None:
    """The first day with downloads; None without any."""
    found: date | None = DownloadCount.objects.aggregate(first=Min("day"))["first"]
    return found


def by_day(chosen: Chosen) -> list[Point]:
    """Every day between the two, or every month that they touch, also those without downloads."""
    moment: Any = TruncMonth("day") if chosen.by_month else F("day")
    rows = chosen.counts.values(moment=moment).annotate(total=Sum("count")).values_list("moment", "total")
    found = dict(rows)
    return [Point(day, found.get(day, 0)) for day in _days(chosen)]


def _days(chosen: Chosen) -> Iterator[date]:
    day = chosen.since.replace(day=1) if chosen.by_month else chosen.since
    while day <= chosen.until:
        yield day
        day = _next_month(day) if chosen.by_month else day + timedelta(days=1)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def by_show_and_episode(chosen: Chosen) -> tuple[list[Line], list[Line]]:
    """The sums are made by number alone, as grouping so many rows by names takes several times as long."""
    sums = dict(chosen.counts.values("episode").annotate(total=Sum("count")).values_list("episode", "total"))
    named = Episode.objects.filter(pk__in=sums).values_list("pk", "title", "show", "show__name")
    shows, episodes, names = Counter[int](), list[Line](), dict[int, str]()
    for pk, title, show, name in named:
        shows[show] += sums[pk]
        names[show] = name
        episodes.append(Line(title, sums[pk], f"episode={pk}", name))
    lines = [Line(names[show], total, f"show={show}") for show, total in shows.items()]
    return _most(lines), _most(episodes)


def _most(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.count, line.name))[:MOST]


def by_app(chosen: Chosen) -> list[Line]:
    return [Line(app, total) for app, total in _summed(chosen, "app")]


def by_country(chosen: Chosen) -> list[Line]:
    return [Line(country_name(code), total) for code, total in _summed(chosen, "country")]


def _summed(chosen: Chosen, *columns: str) -> Any:
    found = chosen.counts.values(*columns).annotate(total=Sum("count"))
    return found.order_by("-total", *columns).values_list(*columns, "total")[:MOST]


def beginnings(chosen: Chosen, today: date) -> list[Beginning]:
    """The first 30 days of the newest episodes, newest first."""
    episodes = Episode.objects.filter(published_at__isnull=False, published_at__date__lte=today)
    if chosen.episode:
        episodes = episodes.filter(pk=chosen.episode.pk)
    elif chosen.show:
        episodes = episodes.filter(show=chosen.show)
    newest = list(episodes.only("title", "number", "published_at").order_by("-published_at", "-pk")[:NEWEST])
    found = _by_age([episode.pk for episode in newest])
    return [_beginning(episode, found.get(episode.pk, {}), today) for episode in newest]


def _beginning(episode: Any, counts: dict[int, int], today: date) -> Beginning:
    age = (today - episode.published_at.date()).days + 1
    return Beginning(episode, [counts.get(day, 0) for day in range(min(age, max(FIRST)))])


def _by_age(episodes: list[int]) -> dict[int, dict[int, int]]:
    """{episode: {days since it was published: downloads}}"""
    age: Any = RawSQL(
        "episodes_downloadcount.day - (episodes_episode.published_at AT TIME ZONE 'UTC')::date",
        (),
        output_field=IntegerField(),
    )
    chosen = Q(episode__in=episodes, episode__published_at__isnull=False)
    rows = DownloadCount.objects.filter(chosen).values("episode").annotate(age=age, total=Sum("count"))
    found: dict[int, dict[int, int]] = {}
    for episode, days, total in rows.filter(age__gte=0, age__lt=max(FIRST)).values_list(
        "episode", "age", "total"
    ):
        found.setdefault(episode, {})[days] = total
    return found
