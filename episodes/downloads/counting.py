"""Downloads out of the requests that were noted (docs/downloads.md).

A listener is one client with one app (as its User-Agent says) at one episode. Their requests are gone through in order:
once those of the last 24 hours hold a minute of sound between them that is a download, and for the next 24 hours whatever
the listener asks belongs to it. What was asked is marked where it became one, so counting goes on from anywhere.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.db.models.functions import Now

from core.clock import database_now
from core.work import enqueue
from episodes.downloads.agents import app_of
from episodes.downloads.ranges import Range, beyond
from episodes.models import CountedUntil, DownloadCount, DownloadEvent

WINDOW = timedelta(hours=24)
SETTLED = timedelta(minutes=1)  # after which no request is written any more that began before
MOST = 20_000  # requests counted in one transaction
GATHERED = 200  # of a listener's requests that are looked at together; players that ask for so little at a time are none
COUNT = "episodes.count_downloads"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

type Key = tuple[int, date, str, str]  # episode, day (UTC), app, country


class Asked(NamedTuple):
    """The columns of a DownloadEvent that counting needs."""

    pk: int
    episode_id: int
    client: str
    agent: str
    at: datetime
    file: str
    size: int
    head: int
    minute: int
    first: int
    last: int
    country: str
    counted: bool


_LISTENER = attrgetter("episode_id", "client", "agent")
_IN_ORDER = attrgetter("episode_id", "client", "agent", "at", "pk")


# --- by a worker, again and again ----------------------------------------------------------------------------------


def ask() -> None:
    """The clock's part: have a worker count, if there is something to count."""
    row = CountedUntil.objects.first()
    since = row.at if row else BEGINNING
    if DownloadEvent.objects.filter(at__gt=since, at__lte=Now() - SETTLED).exists():
        enqueue(COUNT, "all")


@transaction.atomic
def go_on(most: int = MOST) -> bool:
    """Count the next requests, in a transaction of its own; False when there are none, or somebody else counts."""
    CountedUntil.objects.get_or_create(id=1, defaults={"at": BEGINNING})
    row = CountedUntil.objects.select_for_update(skip_locked=True).first()
    if row is None:
        return False
    since, until = row.at, database_now() - SETTLED
    if since >= until:
        return False
    end = _end_of_lot(Q(at__gt=since, at__lte=until), most) or until
    _add(_downloads(Q(at__gt=since, at__lte=end), since))
    row.at = end
    row.save()
    return end < until


# --- anew ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def recompute(since: date | None = None, episode: int | None = None, most: int = MOST) -> int:
    """Make the counts of the days from `since` on (None: of all) again; returns the number of downloads in them.

    Days before the first request that is still kept stay as they were counted.
    """
    CountedUntil.objects.get_or_create(id=1, defaults={"at": BEGINNING})
    until = CountedUntil.objects.select_for_update().get().at
    of = Q() if episode is None else Q(episode=episode)
    oldest = DownloadEvent.objects.filter(of).aggregate(at=Min("at"))["at"]
    if oldest is None:
        return 0
    begin = _midnight(max(since or date.min, oldest.astimezone(UTC).date()))
    DownloadCount.objects.filter(of, day__gte=begin.date()).delete()
    DownloadEvent.objects.filter(of, at__gte=begin, counted=True).update(counted=False)
    return _again(of, begin - timedelta(microseconds=1), until, most)


def _again(of: Q, since: datetime, until: datetime, most: int) -> int:
    total = 0
    while since < until:
        end = _end_of_lot(of & Q(at__gt=since, at__lte=until), most) or until
        total += _add(_downloads(of & Q(at__gt=since, at__lte=end), since))
        since = end
    return total


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


# --- how ----------------------------------------------------------------------------------------------------------


def _end_of_lot(chosen: Q, most: int) -> datetime | None:
    """The moment of the last of the next `most` requests; None if there are fewer."""
    moments = DownloadEvent.objects.filter(chosen).order_by("at").values_list("at", flat=True)
    return moments[most - 1 : most].first()


def _downloads(chosen: Q, since: datetime) -> list[Asked]:
    """The requests among those chosen, all later than `since`, with which something became a download."""
    asked = _read(DownloadEvent.objects.filter(chosen))
    # What was asked up to two windows earlier may still be part of a download, or of its shadow
    same = DownloadEvent.objects.filter(
        chosen, episode=OuterRef("episode"), client=OuterRef("client"), agent=OuterRef("agent")
    )
    before = DownloadEvent.objects.filter(Exists(same), at__gt=since - 2 * WINDOW, at__lte=since)
    rows = sorted([*_read(before), *asked], key=_IN_ORDER)
    return [one for _, of in groupby(rows, key=_LISTENER) for one in downloads(of, since)]


def _read(events: Any) -> list[Asked]:
    return [Asked(*row) for row in events.values_list(*Asked._fields)]


def downloads(asked: Iterable[Asked], since: datetime = BEGINNING) -> Iterator[Asked]:
    """Of one listener's requests, in their order, those after `since` with which they had a download.

    Of the earlier ones it is settled what became a download: those are marked.
    """
    counted_at, gathered = BEGINNING, list[Asked]()
    for one in asked:
        if one.at <= since and one.counted:
            counted_at, gathered = one.at, []
        elif app_of(one.agent) is not None and one.at >= counted_at + WINDOW:
            gathered = [*(early for early in gathered if early.at > one.at - WINDOW), one][-GATHERED:]
            if one.at > since and _is_download(gathered):
                counted_at, gathered = one.at, []
                yield one


def _is_download(gathered: list[Asked]) -> bool:
    """Whether the newest of them completes a minute of the file that it is about."""
    newest = gathered[-1]
    file = (newest.file, newest.size)
    held: list[Range] = [(one.first, one.last) for one in gathered if (one.file, one.size) == file]
    return 0 < newest.minute <= beyond(held, newest.head)


def _add(found: list[Asked]) -> int:
    """Mark them, and add them to the counts."""
    DownloadEvent.objects.filter(pk__in=[one.pk for one in found]).update(counted=True)
    tally: Counter[Key] = Counter(map(_key, found))
    columns = list(zip(*[(*key, count) for key, count in sorted(tally.items())], strict=True))
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, list(map(list, columns)))
    return len(found)


def _key(one: Asked) -> Key:
    return one.episode_id, one.at.astimezone(UTC).date(), app_of(one.agent) or "", one.country


_ADD = """
    INSERT INTO episodes_downloadcount (episode_id, day, app, country, count)
    SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::int[])
    ON CONFLICT (episode_id, day, app, country) DO UPDATE SET count = episodes_downloadcount.count + EXCLUDED.count
"""
