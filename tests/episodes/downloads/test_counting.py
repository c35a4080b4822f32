"""Must hold: a stated log of requests gives exactly the count that is worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts import feed_tokens
from accounts.models import User
from core import work
from core.models import Work
from episodes.downloads import counting
from episodes.models import CountedUntil, DownloadCount, DownloadEvent, Episode
from tests import factories
from tests.episodes.downloads.conftest import HEAD, MINUTE, OVERCAST, Ask

pytestmark = pytest.mark.django_db

POCKET = "Pocket Casts/7.5"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
FULL = HEAD + MINUTE  # bytes with which the first minute is there: 1,000,000
M1, M2, M3 = "2026-05-01", "2026-05-02", "2026-05-03"

# (moment, what is different from a whole GET by Overcast from 192.0.2.1, downloads, why)
LOG: list[tuple[str, dict[str, Any], int, str]] = [
    (f"{M1} 10:00:00", {}, 1, "the whole file"),
    (f"{M1} 10:05:00", {}, 0, "the same listener within 24 hours"),
    (f"{M1} 10:06:00", {"agent": POCKET}, 1, "another app at the same address"),
    (f"{M1} 10:07:00", {"method": "HEAD", "address": "192.0.2.2"}, 0, "HEAD is none"),
    (f"{M1} 10:08:00", {"address": "193.99.144.80", "wanted": "bytes=0-1"}, 0, "a probe"),
    (f"{M1} 10:08:01", {"address": "193.99.144.80", "wanted": "bytes=0-"}, 1, "and all after it, in Germany"),
    (f"{M1} 10:10:00", {"address": "192.0.2.3", "wanted": f"bytes=0-{FULL - 1}"}, 1, "exactly a minute"),
    (f"{M1} 10:11:00", {"address": "192.0.2.4", "wanted": f"bytes=0-{FULL - 2}"}, 0, "a byte less"),
    (f"{M1} 10:12:00", {"address": "192.0.2.4", "wanted": f"bytes={FULL - 1}-{FULL - 1}"}, 1, "that byte"),
    (f"{M1} 10:13:00", {"address": "192.0.2.5", "wanted": "bytes=0-499999"}, 0, "a half"),
    (f"{M1} 10:14:00", {"address": "192.0.2.5", "wanted": "bytes=0-499999"}, 0, "the same half again"),
    (f"{M1} 10:15:00", {"address": "192.0.2.5", "wanted": "bytes=400000-999999"}, 1, "the rest, overlapping"),
    (f"{M1} 10:16:00", {"address": "192.0.2.5", "wanted": "bytes=1000000-"}, 0, "more of the same download"),
    (f"{M1} 10:20:00", {"address": "192.0.2.6", "wanted": f"bytes=-{MINUTE}"}, 1, "the last minute"),
    (f"{M1} 10:21:00", {"address": "192.0.2.7", "wanted": f"bytes=-{MINUTE - 1}"}, 0, "not quite the last"),
    (f"{M1} 10:22:00", {"address": "192.0.2.8", "agent": BOT}, 0, "a search engine"),
    (f"{M1} 10:23:00", {"address": "192.0.2.8", "agent": "curl/8.9"}, 0, "a program"),
    (f"{M1} 10:24:00", {"address": "2001:db8:1:1::1"}, 1, "IPv6"),
    (f"{M1} 10:25:00", {"address": "2001:db8:1:1:ffff::9"}, 0, "the same /64"),
    (f"{M1} 10:26:00", {"address": "2001:db8:1:2::1"}, 1, "another /64"),
    (f"{M1} 10:27:00", {"address": "::ffff:192.0.2.1"}, 0, "192.0.2.1, written as IPv6"),
    (f"{M1} 10:28:00", {"HTTP_X_FORWARDED_FOR": "198.51.100.9"}, 0, "what somebody says of themselves"),
    (f"{M1} 10:30:00", {"address": "192.0.2.9", "wanted": "bytes=0-600000,500000-999999"}, 1, "two in one"),
    (f"{M1} 10:31:00", {"address": "192.0.2.10", "wanted": "bytes=0-1,5-9"}, 0, "two probes in one"),
    (f"{M1} 10:32:00", {"address": "192.0.2.11", "wanted": "bytes=9640000-"}, 0, "416: nothing of the file"),
    (f"{M1} 10:33:00", {"address": "192.0.2.12", "wanted": "bytes=abc"}, 1, "no range, so it gets all"),
    (f"{M1} 10:34:00", {"address": "192.0.2.13", "wanted": "items=0-1"}, 1, "another unit, so it gets all"),
    (f"{M1} 10:35:00", {"address": "192.0.2.14", "wanted": "bytes=5-2"}, 1, "backwards, so it gets all"),
    (f"{M1} 10:36:00", {"address": "192.0.2.15", "wanted": "bytes=" + "0-9," * 20}, 0, "a bomb"),
    (f"{M1} 10:40:00", {"address": "192.0.2.16", "wanted": "bytes=0-599999"}, 0, "some of the MP3"),
    (
        f"{M1} 10:41:00",
        {"address": "192.0.2.16", "wanted": "bytes=600000-999999", "extension": "m4a"},
        0,
        "M4A",
    ),
    (f"{M1} 10:42:00", {"address": "192.0.2.17", "agent": ""}, 1, "an app without a name"),
    (f"{M1} 10:43:00", {"address": "192.0.2.18", "wanted": f"bytes=0-{HEAD + 100}"}, 0, "the cover alone"),
    (f"{M2} 08:00:00", {"address": "192.0.2.19", "wanted": "bytes=0-499999"}, 0, "a half"),
    (f"{M2} 09:59:59", {}, 0, "24 hours are not over"),
    (f"{M2} 10:00:00", {}, 1, "24 hours later"),
    (f"{M2} 23:59:00", {"address": "192.0.2.20", "wanted": "bytes=0-499999"}, 0, "a half before midnight"),
    (f"{M3} 00:01:00", {"address": "192.0.2.20", "wanted": "bytes=500000-999999"}, 1, "and the other after"),
    (f"{M3} 08:00:00", {"address": "192.0.2.19", "wanted": "bytes=500000-999999"}, 0, "a day after its half"),
    (f"{M3} 09:00:00", {}, 0, "within 24 hours of the second download"),
]
BY_HAND = {  # of the lines above
    (M1, "Overcast", ""): 11,
    (M1, "Overcast", "DE"): 1,
    (M1, "Pocket Casts", ""): 1,
    (M1, "Other", ""): 1,
    (M2, "Overcast", ""): 1,
    (M3, "Overcast", ""): 1,
}


def counts(of: Episode) -> dict[tuple[str, str, str], int]:
    rows = DownloadCount.objects.filter(episode=of)
    return {(row.day.isoformat(), row.app, row.country): row.count for row in rows}


def count(most: int = counting.MOST) -> None:
    while counting.go_on(most):
        pass


@pytest.mark.parametrize("most", [1, 7, 20_000])
def test_the_log_gives_the_count_worked_out_by_hand(episode: Episode, ask: Ask, most: int) -> None:
    wrong = []
    noted = [(line, ask(episode, line[0], **line[1])) for line in LOG]
    count(most)
    marked = set(DownloadEvent.objects.filter(counted=True).values_list("pk", flat=True))
    for (at, told, expected, why), events in noted:
        if len(marked.intersection(events)) != expected:
            wrong.append(f"{at} {told}: {why}")
    assert wrong == []
    assert counts(episode) == BY_HAND
    assert sum(line[2] for line in LOG) == sum(BY_HAND.values())

    count(most)
    assert counts(episode) == BY_HAND, "once more changes nothing"
    assert counting.recompute(most=most) == sum(BY_HAND.values())
    assert counts(episode) == BY_HAND
    assert counting.recompute(date(2026, 5, 2), most=most) == 2
    assert counts(episode) == BY_HAND
    assert set(DownloadEvent.objects.filter(counted=True).values_list("pk", flat=True)) == marked


def test_what_cannot_be_given_leaves_no_row(episode: Episode, ask: Ask) -> None:
    assert ask(episode, M1, method="HEAD") == []
    assert ask(episode, M1, wanted="bytes=9640000-") == []
    assert len(ask(episode, M1, wanted="bytes=0-1,5-9")) == 2


def test_each_episode_counts_for_itself(episode: Episode, ask: Ask) -> None:
    other = factories.episode(of=episode.show)
    ask(episode, f"{M1} 10:00")
    ask(other, f"{M1} 10:01")
    count()
    assert counts(episode) == counts(other) == {(M1, "Overcast", ""): 1}


def test_of_less_than_a_minute_all_of_it_is_needed(ask: Ask, db: None) -> None:
    short = factories.episode(audio=False)
    factories.sounding(short, seconds=30, size=480_000)
    ask(short, f"{M1} 10:00", wanted="bytes=0-479998")
    ask(short, f"{M1} 10:01", address="192.0.2.2")
    count()
    assert counts(short) == {(M1, "Overcast", ""): 1}
    assert DownloadEvent.objects.get(counted=True).last == 479_999


def test_a_members_feed_counts_and_its_listener_is_the_same_one(
    episode: Episode, ask: Ask, reader: User
) -> None:
    token = feed_tokens.issue(reader, f"show:{episode.show_id}")
    path = f"/episodes/private/{token}/{episode.item.guid}.mp3"
    [noted] = ask(episode, f"{M1} 10:00", path=path)
    ask(episode, f"{M1} 10:01")
    count()
    assert counts(episode) == {(M1, "Overcast", ""): 1}
    event = DownloadEvent.objects.get(pk=noted)
    assert (event.private, event.counted, event.head, event.minute) == (True, True, HEAD, MINUTE)


def test_what_was_heard_at_another_host_counts_when_our_address_was_asked(ask: Ask, db: None) -> None:
    linked = factories.episode(
        linked_url="https://cdn.example/1.mp3", linked_type="audio/mpeg", linked_bytes=0, linked_seconds=None
    )
    ask(linked, f"{M1} 10:00")
    ask(linked, f"{M1} 10:01", address="192.0.2.2", wanted="bytes=0-1")
    count()
    assert counts(linked) == {(M1, "Overcast", ""): 1}


def test_the_newest_minute_is_not_counted_yet(episode: Episode, ask: Ask) -> None:
    [noted] = ask(episode, M1)
    DownloadEvent.objects.filter(pk=noted).update(at=timezone.now() - timedelta(seconds=20))
    counting.ask()
    assert not Work.objects.filter(kind=counting.COUNT).exists()
    count()
    assert counts(episode) == {}
    DownloadEvent.objects.filter(pk=noted).update(at=timezone.now() - timedelta(seconds=70))
    CountedUntil.objects.update(at=timezone.now() - timedelta(hours=1))
    counting.ask()
    work.run(Work.objects.get(kind=counting.COUNT).pk)
    assert sum(counts(episode).values()) == 1
    assert Work.objects.get(kind=counting.COUNT).state == Work.State.DONE
    counting.ask()
    assert Work.objects.get(kind=counting.COUNT).state == Work.State.DONE, "nothing new"


def test_the_counts_of_days_whose_requests_are_gone_stay(episode: Episode, ask: Ask) -> None:
    ask(episode, f"{M1} 10:00")
    ask(episode, f"{M2} 10:00", agent=POCKET)
    count()
    DownloadEvent.objects.filter(at__lt=datetime(2026, 5, 2, tzinfo=UTC)).delete()
    assert counting.recompute() == 1
    assert counts(episode) == {(M1, "Overcast", ""): 1, (M2, "Pocket Casts", ""): 1}
    DownloadEvent.objects.all().delete()
    assert counting.recompute() == 0
    assert sum(counts(episode).values()) == 2


def test_the_command_recomputes_what_it_is_asked_to(episode: Episode, ask: Ask) -> None:
    other = factories.episode(of=episode.show)
    ask(episode, f"{M1} 10:00")
    ask(other, f"{M2} 10:01")
    count()
    DownloadCount.objects.update(count=9)
    told = StringIO()
    call_command("recompute_downloads", episode=other.pk, stdout=told)
    assert told.getvalue() == "1 download counted.\n"
    assert (counts(episode), counts(other)) == ({(M1, "Overcast", ""): 9}, {(M2, "Overcast", ""): 1})
    call_command("recompute_downloads", since=date(2026, 5, 2), stdout=told)
    assert counts(episode) == {(M1, "Overcast", ""): 9}
    call_command("recompute_downloads", stdout=told)
    assert counts(episode) == {(M1, "Overcast", ""): 1}
    with pytest.raises(CommandError, match="There is no episode 999999"):
        call_command("recompute_downloads", episode=999_999)
    with pytest.raises(CommandError, match="is no day"):
        call_command("recompute_downloads", "--since", "yesterday")


def test_a_listener_who_asks_for_crumbs_costs_little(episode: Episode, db: None) -> None:
    crumbs = [
        DownloadEvent(episode=episode, client="c", agent=OVERCAST, size=10**7, minute=10**6)
        for _ in range(3000)
    ]
    for number, crumb in enumerate(crumbs):
        crumb.at = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(seconds=number)
        crumb.first = crumb.last = number
    DownloadEvent.objects.bulk_create(crumbs)
    count()
    assert counts(episode) == {}


@pytest.mark.parametrize("events", [20_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_counting_reads_by_index(episode: Episode, events: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO episodes_downloadevent (episode_id, at, client, agent, country, file, size, first, last, private)
            SELECT %s, '2026-01-01Z'::timestamptz + n * interval '20 seconds', md5((n %% 5000)::text), 'Overcast', '',
            'mp3', 9000000, 0, 8999999, false FROM generate_series(1, %s) n""",
            [episode.pk, events],
        )
        cursor.execute("ANALYZE episodes_downloadevent")
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=20 * events)
    CountedUntil.objects.create(at=now - timedelta(minutes=2))
    plans = _Plans()
    with connection.execute_wrapper(plans):
        assert counting.go_on() is False
    assert len(plans.of) >= 3
    assert [plan for plan in plans.of if "Seq Scan on episodes_downloadevent" in plan] == []


class _Plans:
    """How PostgreSQL reads events, for each query that does."""

    def __init__(self) -> None:
        self.of: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "episodes_downloadevent" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql, params)
                self.of.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)
