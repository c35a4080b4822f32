"""The address of an episode's audio: it stays, and leads to a file that is signed for who asks."""

import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from django.test import Client
from django.utils import timezone

from core import caching
from episodes.models import Episode
from media_pipeline.delivery import switching
from media_pipeline.models import RenditionSet
from publishing import workflow
from tests import factories

pytestmark = pytest.mark.django_db


def path(of: Episode, extension: str = "mp3") -> str:
    return f"/episodes/files/{of.item.guid}.{extension}"


@pytest.fixture
def stored(db: None) -> tuple[Episode, RenditionSet]:
    """An episode whose MP3 is in the storage."""
    made = factories.episode()
    ready = factories.stored(owner=made.owner)
    made.audio = ready.asset
    made.save()
    return made, ready


def ask(url: str, method: str = "GET", **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request(method, url, headers=headers, redirect=False, retries=False)


def test_it_leads_to_the_file_signed_for_this_request(
    client: Client, stored: tuple[Episode, RenditionSet]
) -> None:
    episode, ready = stored
    answer = client.get(path(episode))
    assert answer.status_code == 302
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert (answer.cookies, answer.headers.get("Vary", "")) == ({}, "")
    there = ask(answer["Location"])
    assert there.status == 200
    assert there.headers["Content-Type"] == "audio/mpeg"
    assert len(there.data) == ready.renditions.get(role="download").bytes


def test_pieces_are_had_where_it_leads(client: Client, stored: tuple[Episode, RenditionSet]) -> None:
    whole = ask(client.get(path(stored[0]))["Location"])
    there = client.get(path(stored[0]), headers={"range": "bytes=3-5"})["Location"]
    piece = ask(there, Range="bytes=3-5")
    assert (piece.status, piece.data) == (206, whole.data[3:6])
    assert piece.headers["Content-Range"] == f"bytes 3-5/{len(whole.data)}"
    assert ask(there, Range="bytes=5000-").status == 416
    etag = whole.headers["ETag"]
    assert ask(there, Range="bytes=3-5", **{"If-Range": etag}).status == 206


def test_ten_switches_to_the_origin_and_back_refuse_nobody(
    client: Client, stored: tuple[Episode, RenditionSet], settings
) -> None:
    """What was signed before a switch is answered after it, too."""
    episode, ready = stored
    factories.held(ready, factories.region(bucket=settings.S3_BUCKET))
    given = []
    for mode in ["fallback", "primary"] * 5:
        assert switching.switch(mode)
        given.append(client.get(path(episode)))
    assert [answer.status_code for answer in given] == [302] * 10
    assert [ask(answer["Location"]).status for answer in given] == [200] * 10


def test_head_leads_to_what_answers_head(client: Client, stored: tuple[Episode, RenditionSet]) -> None:
    answer = client.head(path(stored[0]))
    assert answer.status_code == 302
    assert ask(answer["Location"], "HEAD").status == 200


def test_it_can_be_kept_under_its_title(client: Client, stored: tuple[Episode, RenditionSet]) -> None:
    asked = parse_qs(urlsplit(client.get(path(stored[0]) + "?download")["Location"]).query)
    assert asked["response-content-disposition"][0].startswith("attachment; filename=")


def test_nobody_needs_a_name_a_cookie_or_the_cache(client: Client, settings) -> None:
    episode = factories.episode()
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}}
    for agent in ("", "curl/8.9", "Googlebot/2.1"):
        answer = client.get(path(episode), headers={"user-agent": agent})
        assert (answer.status_code, answer.cookies) == (302, {})


def test_the_address_survives_title_show_and_file(
    client: Client, stored: tuple[Episode, RenditionSet]
) -> None:
    episode, _ = stored
    before = path(episode)
    Episode.objects.filter(pk=episode.pk).update(slug="renamed", show=factories.show())
    again = factories.stored(owner=episode.owner)
    Episode.objects.filter(pk=episode.pk).update(audio=again.asset)
    there = client.get(before)["Location"]
    assert again.renditions.get(role="download").key in there


def test_the_m4a_is_there_and_other_kinds_are_not(client: Client) -> None:
    episode = factories.episode()
    assert ".m4a?" in client.get(path(episode, "m4a"))["Location"]
    for extension in ("mp4", "wav", "exe", "MP3", "m3u8"):
        assert client.get(path(episode, extension)).status_code == 404
    assert client.get(f"/episodes/files/{uuid.uuid4()}.mp3").status_code == 404


def test_what_is_not_for_everybody_is_not_given_to_everybody(client: Client) -> None:
    soon = timezone.now() + timedelta(hours=1)
    extra = factories.episode(for_members=True)
    early = factories.episode(public_at=soon)
    for episode in (extra, early):
        answer = client.get(path(episode))
        assert answer.status_code == 403
        assert answer.content == b"This episode is for members, in their own feed."
        assert answer.headers["Cache-Control"] == "no-store"
    for episode in (factories.episode(published=False), factories.episode(at=soon)):
        assert client.get(path(episode)).status_code == 404
    gone = factories.episode()
    workflow.take_down(gone, by=None, why="A test.")
    assert client.get(path(gone)).status_code == 410
    Episode.objects.filter(pk=early.pk).update(public_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path(early)).status_code == 302


def test_audio_at_another_host_is_led_to(client: Client) -> None:
    url = "https://old.example/show/1.mp3?x=1&y=2"
    linked = factories.episode(linked_url=url, linked_type="audio/mpeg", linked_bytes=5, linked_seconds=90.0)
    assert client.get(path(linked))["Location"] == url


def test_it_is_never_kept_and_nobody_waits_for_another(client: Client) -> None:
    client.get(path(factories.episode()))
    assert list(caching.redis().scan_iter(match=caching.key("*"))) == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    assert getattr(client, method)(path(factories.episode())).status_code == 405


def test_it_takes_few_queries(client: Client, django_assert_num_queries) -> None:
    episode = factories.episode()
    with django_assert_num_queries(5):  # the episode, whether it is public, its files, the regions, the event
        client.get(path(episode))
