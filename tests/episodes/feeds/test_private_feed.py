"""A member's own feed: its address is its key, and a key that is over opens nothing any more."""

import io
import logging
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sentry_sdk
from django.db import connection
from django.test import Client
from django.utils import timezone
from structlog.stdlib import ProcessorFormatter

from accounts import feed_tokens
from accounts.models import FeedToken, User
from config import logs
from core import caching
from core.links import absolute
from core.models import Generation
from core.xml import tree
from episodes.models import DownloadEvent, Episode, Show
from tests import factories

pytestmark = pytest.mark.django_db

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"


@pytest.fixture
def show(db: None) -> Show:
    return factories.show("Late")


@pytest.fixture
def token(reader: User, show: Show) -> str:
    return feed_tokens.issue(reader, f"show:{show.pk}")


def feed(token: str) -> str:
    return f"/episodes/private/{token}/feed/"


def file(token: str, of: Episode, extension: str = "mp3") -> str:
    return f"/episodes/private/{token}/{of.item.guid}.{extension}"


def items(data: bytes) -> list[Any]:
    channel = tree(data).first("channel")
    assert channel is not None
    return list(channel.all("item"))


def test_it_has_the_public_items_and_those_for_members(client: Client, show: Show, token: str) -> None:
    public = factories.episode(of=show)
    early = factories.episode(of=show, public_at=timezone.now() + timedelta(days=1))
    extra = factories.episode(of=show, for_members=True)
    factories.episode(of=show, published=False)
    factories.episode()
    answer = client.get(feed(token))
    assert answer.status_code == 200
    found = {item.text_of("guid"): item.first("enclosure").get("url") for item in items(answer.content)}
    assert found == {one.guid: absolute(file(token, one)) for one in (public, early, extra)}
    assert [item.text_of("guid") for item in items(client.get(show.feed_path).content)] == [public.guid]


def test_it_is_for_one_person_and_says_so(client: Client, show: Show, token: str) -> None:
    factories.episode(of=show)
    answer = client.get(feed(token))
    channel = tree(answer.content).first("channel")
    assert channel is not None
    assert (channel.text_of("block", ITUNES), channel.text_of("block", PODCAST)) == ("Yes", "yes")
    assert show.owner_email.encode() not in answer.content
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.cookies == {}
    kept = list(caching.redis().scan_iter(match=caching.key("*")))
    assert [key for key in kept if not key.startswith(caching.key("feed:").encode())] == [], (
        "no page of it is kept"
    )


def test_it_is_asked_for_again_cheaply(client: Client, show: Show, token: str) -> None:
    factories.episode(of=show)
    first = client.get(feed(token))
    known = {"if-none-match": first.headers["ETag"]}
    assert client.get(feed(token), headers=known).status_code == 304
    since = {"if-modified-since": first.headers["Last-Modified"]}
    assert client.get(feed(token), headers=since).status_code == 304
    head = client.head(feed(token))
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    assert head.headers["Content-Length"] == first.headers["Content-Length"]
    zipped = client.get(feed(token), headers={"accept-encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    factories.episode(of=show, for_members=True)
    assert client.get(feed(token), headers=known).status_code == 200


def test_its_queries_do_not_grow(
    client: Client, show: Show, token: str, django_assert_max_num_queries
) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            factories.episode(of=show)
        with django_assert_max_num_queries(16) as asked:
            client.get(feed(token))
        counts.append(len(asked))
    assert counts[0] == counts[1] or counts[1] < counts[0]


@pytest.mark.parametrize("wrong", ["x" * 22, "x", "%00", "é", "x" * 4000, "..", "'; DROP TABLE"])
def test_a_guess_finds_nothing(client: Client, token: str, wrong: str) -> None:
    answer = client.get(feed(wrong))
    assert answer.status_code == 404
    assert "public" not in answer.headers.get("Cache-Control", "")


def test_many_guesses_are_made_to_wait_and_members_are_not(client: Client, show: Show, token: str) -> None:
    answers = [client.get(feed(f"guess-{number}")).status_code for number in range(61)]
    assert answers == [404] * 60 + [429]
    assert int(client.get(feed("guess")).headers["Retry-After"]) > 3000
    assert client.get(feed(token)).status_code == 200
    assert client.get(feed("guess"), REMOTE_ADDR="192.0.2.99").status_code == 404


def test_a_token_that_is_over_is_gone(client: Client, reader: User, show: Show, token: str) -> None:
    episode = factories.episode(of=show)
    new = feed_tokens.issue(reader, f"show:{show.pk}")
    for path in (feed(token), file(token, episode)):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (410, "no-store")
        assert (answer.headers["X-Robots-Tag"], answer.headers["Referrer-Policy"]) == (
            "noindex",
            "no-referrer",
        )
    assert client.get(feed(new)).status_code == 200
    assert client.get(file(new, episode)).status_code == 302
    feed_tokens.revoke(reader, f"show:{show.pk}", reason="Cancelled.")
    assert client.get(feed(new)).status_code == client.get(file(new, episode)).status_code == 410
    assert FeedToken.objects.get(digest=feed_tokens.digest(new)).reason == "Cancelled."


def test_it_ends_with_the_account(client: Client, reader: User, show: Show, token: str) -> None:
    reader.is_active = False
    reader.save()
    assert client.get(feed(token)).status_code == 410


def test_it_ends_with_what_it_was_bought_for(
    client: Client, show: Show, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode, holders = factories.episode(of=show), {str(show.pk)}
    monkeypatch.setitem(feed_tokens.HOLDS, "show", lambda user, key: key in holders)
    assert client.get(feed(token)).status_code == 200
    holders.clear()
    assert client.get(feed(token)).status_code == client.get(file(token, episode)).status_code == 410


def test_the_audio_is_signed_for_minutes(client: Client, show: Show, token: str) -> None:
    """So what was signed before a token was revoked is dead in a quarter of an hour."""
    for episode in (factories.episode(of=show), factories.episode(of=show, for_members=True)):
        there = client.get(file(token, episode))
        asked = parse_qs(urlsplit(there["Location"]).query)
        assert asked["X-Amz-Expires"] == ["900"]
        assert there.headers["Cache-Control"] == "private, no-store"
        assert token not in there["Location"]
        assert there.headers["Referrer-Policy"] == "no-referrer"
    assert DownloadEvent.objects.filter(private=True).count() == 2


def test_it_opens_its_own_show_alone(client: Client, token: str, reader: User) -> None:
    for other in (factories.episode(), factories.episode(for_members=True)):
        assert client.get(file(token, other)).status_code == 403
    draft = factories.episode(of=Show.objects.get(name="Late"), published=False)
    assert client.get(file(token, draft)).status_code == 404
    for scope in ("show:999999", "show:x", "course:1", ""):
        lost = feed_tokens.issue(reader, scope)
        assert client.get(feed(lost)).status_code == 404


def test_what_is_said_in_an_extra_is_for_members_too(client: Client, show: Show, token: str) -> None:
    extra = factories.episode(
        of=show, for_members=True, said=[[0, 1000, "Ann", "Good evening."]], chapters="00:00:00 Begin"
    )
    named = [one.get("url") for one in items(client.get(feed(token)).content)[0].all("transcript", PODCAST)]
    assert absolute(file(token, extra, "vtt")) in named
    for extension, words in (("vtt", b"Good evening."), ("json", b"Good evening."), ("chapters", b"Begin")):
        answer = client.get(file(token, extra, extension))
        assert (answer.status_code, words in answer.content) == (200, True)
        assert answer.headers["Cache-Control"].startswith("private")
        assert client.get(file(token, factories.episode(for_members=True), extension)).status_code == 403
    assert client.get(f"/episodes/files/{extra.item.guid}/transcript.vtt").status_code == 404
    assert client.get(file(token, extra, "exe")).status_code == 404


def test_it_lives_while_the_cache_is_away(client: Client, show: Show, token: str, settings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}}
    assert client.get(feed(token)).status_code == 200
    assert client.get(file(token, factories.episode(of=show))).status_code == 302
    assert client.get(feed("guess")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_it_lives_while_nothing_can_be_written(client: Client, show: Show, token: str) -> None:
    episode = factories.episode(of=show)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        assert client.get(feed(token)).status_code == 200
        assert client.get(file(token, episode)).status_code == 302
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")


# --- the token is in no log ----------------------------------------------------------------------------------------


@pytest.fixture
def written() -> Any:
    """Everything that is logged meanwhile, as it is written in production."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(**logs.line(json=True)))
    logger = logging.getLogger()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logging.getLogger("django").setLevel(logging.DEBUG)
    yield stream
    logger.setLevel(level)
    logging.getLogger("django").setLevel(level)
    logger.removeHandler(handler)


def test_the_token_is_in_no_log_line(
    client: Client,
    reader: User,
    show: Show,
    token: str,
    written: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    episode = factories.episode(of=show)
    client.raise_request_exception = False
    client.get(feed(token))
    client.get(file(token, episode))
    client.get(file(token, episode, "wav"))
    client.post(feed(token))
    client.get(feed(token) + "?x=1", headers={"referer": f"https://a.example{feed(token)}"})

    def broken(user: int, key: str) -> bool:
        raise RuntimeError(f"cannot say it of {feed(token)}")

    monkeypatch.setitem(feed_tokens.HOLDS, "show", broken)
    assert client.get(feed(token)).status_code == 500
    monkeypatch.delitem(feed_tokens.HOLDS, "show")
    feed_tokens.revoke(reader, f"show:{show.pk}", reason="Over.")
    client.get(feed(token))
    client.get(file(token, episode))
    logging.getLogger("django.server").warning('"GET %s HTTP/1.1" %s %s', feed(token), 410, 5)
    text = written.getvalue()
    assert text.count("/episodes/private/[removed]") > 8
    assert [line for line in text.splitlines() if token in line] == []


def test_the_token_is_in_no_report(client: Client, show: Show, token: str) -> None:
    """Sentry's own client, with what it adds to a report: the request, lines of the log, the words of the exception."""
    sent: list[Any] = []

    class Kept(sentry_sdk.transport.Transport):
        def capture_envelope(self, envelope: Any) -> None:
            sent.append(str([item.payload.json for item in envelope.items]))

    with sentry_sdk.isolation_scope() as scope:
        options = logs.sentry_options() | {
            "dsn": "https://key@sentry.example/1",
            "transport": Kept(),
            "integrations": [],
        }
        scope.set_client(sentry_sdk.Client(**options))
        logging.getLogger("django.request").warning("Gone: %s", feed(token))
        sentry_sdk.add_breadcrumb(message=f"Gone: {feed(token)}", data={"path": feed(token)})
        scope.set_extra("request", f"<WSGIRequest: GET '{feed(token)}'>")
        try:
            raise RuntimeError(f"cannot open {feed(token)}")
        except RuntimeError as error:
            sentry_sdk.capture_exception(error)
        sentry_sdk.capture_event(
            {"request": {"url": f"https://a.example{feed(token)}", "headers": {"Referer": feed(token)}}}
        )
    assert len(sent) == 2
    assert all("[removed]" in report for report in sent)
    assert [report for report in sent if token in report] == []


def test_the_server_writes_no_requests_down() -> None:
    from django.conf import settings

    assert "access-log" not in (settings.BASE_DIR / "Procfile").read_text()


def test_the_moment_when_members_hear_something_first_is_a_change(show: Show) -> None:
    now = timezone.now()
    episode = factories.episode(of=show, at=now + timedelta(hours=1), public_at=now + timedelta(hours=2))
    Generation.objects.update(changed_at=now - timedelta(days=1))
    before = caching.last_change()
    Episode.objects.filter(pk=episode.pk).update(published_at=now)
    assert before != caching.last_change() == now
