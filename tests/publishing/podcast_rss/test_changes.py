from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from redis.exceptions import RedisError

from core import caching
from core.models import Generation
from publishing.podcast_rss.changes import last_change

pytestmark = pytest.mark.django_db

FEED = "https://example.org/feed/"
BEGUN = datetime(2026, 1, 1, 12, 0, 0, 500, tzinfo=UTC)


def changed(at: datetime) -> None:
    """Something on the site, at that moment."""
    Generation.objects.update_or_create(id=1, defaults={"changed_at": at})


def test_what_changes_elsewhere_leaves_the_date_alone() -> None:
    changed(BEGUN)
    first = last_change(FEED, b"one")
    changed(BEGUN + timedelta(hours=1))
    assert last_change(FEED, b"one") == first == BEGUN.replace(microsecond=0)


def test_other_content_has_a_later_date_even_in_the_same_second() -> None:
    changed(BEGUN)
    dates = [last_change(FEED, content) for content in (b"one", b"two", b"one")]
    assert dates == sorted(set(dates))
    changed(BEGUN + timedelta(hours=1))
    assert last_change(FEED, b"three") == (BEGUN + timedelta(hours=1)).replace(microsecond=0)


def test_without_memory_it_is_the_last_change_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(BEGUN)
    last_change(FEED, b"one")
    changed(BEGUN + timedelta(hours=1))

    def away() -> None:
        raise RedisError

    monkeypatch.setattr(caching, "redis", away)
    assert last_change(FEED, b"one") == (BEGUN + timedelta(hours=1)).replace(microsecond=0)


def test_two_servers_at_once_never_give_two_contents_the_same_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "last_change", lambda: BEGUN)
    contents = [f"content {number}".encode() for number in range(100)]
    with ThreadPoolExecutor(8) as servers:
        dates = list(servers.map(partial(last_change, FEED), contents))
    assert len(set(dates)) == len(contents)
