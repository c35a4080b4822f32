"""What is kept of a request, and that nobody's listening depends on it."""

import time

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from episodes.downloads.noting import LONGEST, agent_of
from episodes.models import DownloadEvent, Episode
from tests.episodes.downloads.conftest import OVERCAST, SIZE, Ask

pytestmark = pytest.mark.django_db


def test_a_request_is_kept_without_who_it_was(episode: Episode, ask: Ask) -> None:
    ask(episode, "2026-05-01 10:00", address="193.99.144.80", wanted="bytes=100-")
    event = DownloadEvent.objects.get()
    assert (event.episode_id, event.agent, event.country, event.file) == (episode.pk, OVERCAST, "DE", "mp3")
    assert (event.size, event.first, event.last, event.private) == (SIZE, 100, SIZE - 1, False)
    assert len(event.client) == 32
    with connection.cursor() as cursor:
        cursor.execute("SELECT e::text FROM episodes_downloadevent e")
        assert "193.99" not in cursor.fetchone()[0]


def test_another_key_makes_another_listener(episode: Episode, ask: Ask, settings) -> None:
    ask(episode, "2026-05-01 10:00")
    settings.SECRET_KEY = "another " * 8
    ask(episode, "2026-05-01 10:01")
    assert DownloadEvent.objects.values("client").distinct().count() == 2


def test_the_country_is_the_proxys_word_where_that_is_trusted(episode: Episode, ask: Ask, settings) -> None:
    ask(episode, "2026-05-01", HTTP_X_COUNTRY="FR")
    settings.GEO_COUNTRY_HEADER = "X-Country"
    ask(episode, "2026-05-01", HTTP_X_COUNTRY="fr")
    ask(episode, "2026-05-01", HTTP_X_COUNTRY="<script>")
    assert list(DownloadEvent.objects.order_by("pk").values_list("country", flat=True)) == ["", "FR", ""]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("x" * 100_000, "x" * LONGEST),
        ("a\0b\r\nc\x1b[31m", "a b  c [31m"),
        ("Ã¼ber \udcff", "Ã¼ber ?"),
        (" \t ", ""),
    ],
)
def test_an_app_may_call_itself_what_it_likes(sent: str, kept: str) -> None:
    assert agent_of(RequestFactory().get("/", headers={"user-agent": sent})) == kept


def test_a_hostile_request_is_answered_and_kept_like_any_other(episode: Episode, client: Client) -> None:
    begun = time.perf_counter()
    path = f"/episodes/files/{episode.item.guid}.mp3"
    hostile = {"user-agent": "\0" + "bot " * 50_000, "range": "bytes=" + "0-1," * 50_000}
    assert client.get(path, headers=hostile).status_code == 302
    assert client.get(path, headers=hostile | {"range": ""}).status_code == 302
    assert time.perf_counter() - begun < 2
    assert len(DownloadEvent.objects.get().agent) <= LONGEST


@pytest.mark.django_db(transaction=True)
def test_while_nothing_can_be_written_the_audio_plays(episode: Episode, client: Client, caplog) -> None:
    path = f"/episodes/files/{episode.item.guid}.mp3"
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        assert client.get(path).status_code == 302
        assert client.get(path, headers={"range": "bytes=0-1,5-9"}).status_code == 302
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
    assert caplog.text.count("download_not_noted") == 2
    assert not DownloadEvent.objects.exists()
