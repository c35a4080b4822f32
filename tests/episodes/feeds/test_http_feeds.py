"""How feeds are served, over real HTTP: conditional requests, compression, and nothing stale after a change."""

import gzip
import json
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from core import caching
from episodes.models import Episode, Show
from media_pipeline.models import Transcript
from publishing import workflow
from tests import factories
from tests.episodes.feeds import complete
from tests.harness import pace

pytestmark = pytest.mark.django_db(transaction=True)

FEED = "/episodes/tide/feed/"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


type Ask = Callable[..., Answer]


@pytest.fixture
def ask(live_server: LiveServer) -> Ask:
    def asked(path: str = FEED, method: str = "GET", **headers: str) -> Answer:
        line = HTTPConnection(urlsplit(live_server.url).netloc, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, headers=sent)
        answer = line.getresponse()
        made = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        line.close()
        return made

    return asked


@pytest.fixture
def show() -> Show:
    return complete.show()


def test_a_feed_is_cached_compressed_open_and_dated(ask: Ask, show: Show) -> None:
    complete.episode(show)
    for cold_or_warm in range(2):
        got, head, zipped = ask(), ask(method="HEAD"), ask(Accept_Encoding="gzip")
        assert (got.status, got.headers["content-type"]) == (200, "application/rss+xml; charset=utf-8")
        assert got.headers["cache-control"] == "public, max-age=300, stale-while-revalidate=60"
        assert got.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in got.headers
        assert head.body == b""
        same = ("etag", "last-modified", "content-length", "content-type", "cache-control")
        assert [head.headers[name] for name in same] == [got.headers[name] for name in same]
        assert got.headers["last-modified"] in _build_date(got.body)
        if cold_or_warm:
            assert zipped.headers["content-encoding"] == "gzip"
            assert gzip.decompress(zipped.body) == got.body
        assert zipped.headers["etag"] == got.headers["etag"]


def _build_date(body: bytes) -> str:
    written = body.partition(b"<lastBuildDate>")[2].partition(b"<")[0].decode()
    return written.replace("+0000", "GMT")


def unmodified(ask: Ask, known: Answer, path: str = FEED) -> list[int]:
    by_content = ask(path, If_None_Match=known.headers["etag"]).status
    return [by_content, ask(path, If_Modified_Since=known.headers["last-modified"]).status]


@pytest.mark.parametrize("path", [FEED, f"{FEED}?uncached=1"])
def test_both_conditionals_say_304_until_something_changes(ask: Ask, show: Show, path: str) -> None:
    complete.episode(show)
    known = ask(path)
    assert unmodified(ask, known, path) == [304, 304]
    assert ask(path, "HEAD", If_None_Match=known.headers["etag"]).status == 304
    factories.episode("Of another show")
    assert unmodified(ask, known, path) == [304, 304]
    assert ask(path).headers["last-modified"] == known.headers["last-modified"]


def _remove(episode: Episode) -> None:
    workflow.take_down(episode, by=None, why="It was wrong.")


def _edit(episode: Episode) -> None:
    episode.title = "Another title"
    episode.save()
    workflow.saved(episode)


def _correct(episode: Episode) -> None:
    Transcript.objects.filter(episode=episode).update(cues=[[None, None, "", "No times."]], version=2)
    caching.bump()


def _rename_the_host(episode: Episode) -> None:
    host = episode.show.hosts[0].person
    host.name = "Henrietta Host"
    host.save()
    caching.bump()


@pytest.mark.parametrize("change", [_remove, _edit, _correct, _rename_the_host])
def test_a_304_never_hides_a_change(ask: Ask, show: Show, change: Callable[[Episode], Any]) -> None:
    episode = complete.episode(show)
    known = ask()
    assert unmodified(ask, known) == [304, 304]
    change(episode)
    assert unmodified(ask, known) == [200, 200]
    new = ask()
    assert (new.body == known.body, new.headers["etag"] == known.headers["etag"]) == (False, False)
    dates = [parsedate_to_datetime(answer.headers["last-modified"]) for answer in (known, new)]
    assert dates[0] < dates[1]
    assert unmodified(ask, new) == [304, 304]


def test_what_a_moment_takes_away_is_gone_without_a_worker(ask: Ask, show: Show) -> None:
    episode = complete.episode(show)
    known = ask(f"{FEED}?uncached=1")
    Episode.objects.filter(pk=episode.pk).update(expires_at=complete.AT.replace(hour=7))
    assert unmodified(ask, known, f"{FEED}?uncached=1") == [200, 200]


def test_what_comes_due_is_there_on_time_without_a_worker(ask: Ask, show: Show) -> None:
    """Also where the page before it was kept."""
    complete.episode(show)
    pages = (FEED, "/episodes/tide/", "/episodes/")
    wait = pace.enough_for(lambda: [ask(page) for page in pages])
    due = timezone.now() + timedelta(seconds=wait)
    factories.episode("Low water", of=show, at=due)
    early = [b"Low water" in ask(page).body for page in pages]
    assert timezone.now() < due
    assert early == [False] * 3
    time.sleep((due - timezone.now()).total_seconds() + 0.05)
    assert [b"Low water" in ask(page).body for page in pages] == [True] * 3


def test_chapters_are_a_file_for_all(ask: Ask, show: Show) -> None:
    episode = complete.episode(
        show, chapters="00:00:30 Salt | https://example.org/salt\n00:00:00 He\x01llo\n00:09:00 Late"
    )
    path = f"/episodes/files/{episode.item.guid}/chapters.json"
    got = ask(path)
    assert got.headers["content-type"] == "application/json+chapters"
    assert got.headers["access-control-allow-origin"] == "*"
    made = json.loads(got.body)
    assert (made["version"], made["podcastName"]) == ("1.2.0", "Tide & Time")
    assert made["chapters"] == [
        {"startTime": 0.0, "title": "Hello"},
        {"startTime": 30.0, "title": "Salt", "url": "https://example.org/salt"},
    ]
    assert ask(path, If_None_Match=got.headers["etag"]).status == 304
    assert ask(path, "HEAD").headers["content-length"] == str(len(got.body))
    Episode.objects.filter(pk=episode.pk).update(for_members=True)
    caching.bump()
    assert ask(path).status == 404


@pytest.mark.parametrize("path", ["/episodes/feed/", "/episodes/shows.opml"])
def test_lists_of_shows_are_served_the_same_way(ask: Ask, show: Show, path: str) -> None:
    complete.episode(show)
    got = ask(path)
    assert got.headers["access-control-allow-origin"] == "*"
    assert ask(path, If_None_Match=got.headers["etag"]).status == 304
    assert ask(path, "POST").status == 405
