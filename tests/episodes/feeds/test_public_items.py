"""What an item says of an episode."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.xml import Element, tree
from episodes.models import Episode, EpisodeCredit, Show
from publishing import workflow
from publishing.podcast_check.feed import CONTENT, ITUNES, PODCAST
from tests import factories
from tests.episodes.feeds import complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def show() -> Show:
    return complete.show()


def channel(client: Client, path: str = "/episodes/tide/feed/?x=1") -> Element:
    found = tree(client.get(path).content).first("channel")
    assert found
    return found


def item(client: Client) -> Element:
    (found,) = channel(client).all("item")
    return found


def attributes(element: Element, name: str) -> list[dict[str, str]]:
    return [
        {key: value for (_, key), value in child.attributes.items()} for child in element.all(name, PODCAST)
    ]


def files_of(episode: Episode) -> str:
    return f"http://testserver/episodes/files/{episode.item.guid}"


def test_a_whole_episode(client: Client, show: Show) -> None:
    episode = complete.episode(show)
    found, files = item(client), files_of(episode)
    assert found.text_of("title") == found.text_of("title", ITUNES) == "Why the sea is never sweet"
    assert found.text_of("link") == "http://testserver/episodes/tide/salt/"
    assert found.text_of("pubDate") == "Sun, 01 Mar 2026 06:00:00 +0000"
    guid, enclosure = found.first("guid"), found.first("enclosure")
    assert guid
    assert (guid.text, guid.get("isPermaLink")) == (episode.item.guid.urn, "false")
    assert enclosure
    assert enclosure.attributes == {
        ("", "url"): f"{files}.mp3",
        ("", "length"): "1440000",
        ("", "type"): "audio/mpeg",
    }
    apple = ("duration", "explicit", "season", "episode", "episodeType", "summary")
    assert [found.text_of(name, ITUNES) for name in apple] == [
        "90", "true", "2", "12", "full", "A glass of water, and where it has been.",
    ]  # fmt: skip
    assert attributes(found, "season") == [{"name": "The North Sea"}]
    assert attributes(found, "transcript") == [
        {"url": f"{files}/transcript.vtt", "type": "text/vtt", "language": "en", "rel": "captions"},
        {
            "url": f"{files}/transcript.srt",
            "type": "application/x-subrip",
            "language": "en",
            "rel": "captions",
        },
        {"url": f"{files}/transcript.json", "type": "application/json", "language": "en", "rel": "captions"},
        {"url": f"{files}/transcript.html", "type": "text/html", "language": "en"},
    ]
    assert attributes(found, "chapters") == [
        {"url": f"{files}/chapters.json", "type": "application/json+chapters"}
    ]
    assert attributes(found, "soundbite") == [{"startTime": "10.0", "duration": "30.0"}]
    assert attributes(found, "funding") == [{"url": "https://example.org/this-one"}]
    assert found.text_of("license", PODCAST) == "cc0-1.0"


def test_notes_are_whole_in_one_place_and_simple_in_the_other(client: Client, show: Show) -> None:
    complete.episode(show, body="## Salt\n\nMuch `salt`.\n\n" + "A long paragraph, again. " * 300)
    found = item(client)
    whole, short = found.text_of("encoded", CONTENT), found.text_of("description")
    assert "<code>salt</code>" in whole
    assert '<a href="https://example.org/pepper">Salt &amp; pepper</a>' in whole
    assert '<a href="https://boats.example" rel="sponsored">Boats Ltd</a>: They float.' in whole
    assert short.startswith("<p>A glass of water, and where it has been.</p>\n<p><strong>Salt </strong></p>")
    assert len(short.encode()) <= 4000
    assert len(whole.encode()) > 7000


def test_the_guests_stand_beside_the_hosts(client: Client, show: Show) -> None:
    complete.episode(show)
    people = [
        (person.text, person.get("role"), person.get("href"))
        for person in item(client).all("person", PODCAST)
    ]
    assert people == [
        ("Hanna Host", "host", "http://testserver/people/hanna/"),
        ("Gwen Guest", "guest", "http://testserver/people/gwen/"),
    ]


def test_a_host_of_the_episode_s_own_stands_in_for_the_show_s(client: Client, show: Show) -> None:
    episode = complete.episode(show)
    EpisodeCredit.objects.create(
        episode=episode, person=factories.person("Iris"), role="Guest host", position=1
    )
    assert [person.text for person in item(client).all("person", PODCAST)] == ["Gwen Guest", "Iris"]


def test_without_people_of_its_own_the_channel_s_hold(client: Client, show: Show) -> None:
    factories.episode(of=show, by=[])
    assert attributes(item(client), "person") == []


def test_other_forms_of_the_recording(client: Client, show: Show) -> None:
    episode = complete.episode(show)
    forms = [
        (form.get("type"), form.first("source", PODCAST).get("uri"))  # type: ignore[union-attr]
        for form in item(client).all("alternateEnclosure", PODCAST)
    ]
    assert forms[0] == ("audio/mp4", f"{files_of(episode)}.m4a")
    assert forms[1][0] == "application/x-mpegURL"
    assert forms[1][1].startswith("http://testserver/media/")
    assert forms[2:] == [("video/mp4", f"{files_of(episode)}.mp4")]
    last = list(item(client).all("alternateEnclosure", PODCAST))[2].first("integrity", PODCAST)
    assert last
    assert last.get("value") == "sha256-q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="


@pytest.mark.parametrize(
    ("number", "apple", "display"),
    [("12", "12", ["12", ""]), ("12.5", "", ["12.5", "12.5"]), ("0", "", ["0", ""]), (None, "", [])],
)
def test_apple_gets_whole_numbers_alone(
    client: Client, show: Show, number: str | None, apple: str, display: list[str]
) -> None:
    factories.episode(of=show, number=Decimal(number) if number else None)
    found = item(client)
    shown = found.first("episode", PODCAST)
    assert found.text_of("episode", ITUNES) == apple
    assert ([shown.text, shown.get("display")] if shown else []) == display


def test_a_transcript_without_times_is_no_captions(client: Client, show: Show) -> None:
    complete.episode(show, said=[[None, None, "Ana", "Good evening."]])
    assert [(row["type"], row.get("rel")) for row in attributes(item(client), "transcript")] == [
        ("application/json", None),
        ("text/html", None),
    ]


def test_the_transcript_that_came_with_the_recording_counts(client: Client, show: Show) -> None:
    episode = factories.episode(of=show)
    assert attributes(item(client), "transcript") == []
    assert episode.audio
    episode.audio.transcripts.create(language="de", cues=complete.SAID)
    assert attributes(item(client), "transcript") == []
    episode.audio.transcripts.create(language="en", cues=complete.SAID)
    assert len(attributes(item(client), "transcript")) == 4


def test_linked_audio_keeps_its_address(client: Client, show: Show) -> None:
    old = "http://old.example/a b.mp3?x=1&y=2"
    linked: dict[str, Any] = {
        "linked_url": old,
        "linked_type": "audio/mpeg",
        "linked_bytes": 77,
        "linked_seconds": 59.6,
    }
    factories.episode(of=show, guid="http://old.example/?p=1 ", **linked)
    found = item(client)
    enclosure, guid = found.first("enclosure"), found.first("guid")
    assert enclosure
    assert (enclosure.get("url"), enclosure.get("length")) == ("http://old.example/a%20b.mp3?x=1&y=2", "77")
    assert guid
    assert guid.text == "http://old.example/?p=1 "
    assert found.text_of("duration", ITUNES) == "60"


def test_what_an_import_kept_is_given_out_again(client: Client, show: Show) -> None:
    kept = {
        "transcripts": [{"url": "https://old.example/1.srt", "type": "application/srt", "language": "en", "rel": ""}],
        "chapters": {"url": "https://old.example/1.json", "type": "application/json+chapters"},
        "image": "https://old.example/1.jpg",
        "alternate": [{"name": "podcast:alternateEnclosure", "attributes": {"type": "audio/opus"}, "text": "", "children": []}],
        "more": [{"name": "podcast:value", "attributes": {"type": "lightning"}, "text": "", "children": []}],
    }  # fmt: skip
    episode = factories.episode(of=show, linked_url="https://old.example/1.mp3", kept=kept)
    found = item(client)
    assert attributes(found, "transcript") == [
        {"url": "https://old.example/1.srt", "type": "application/srt", "language": "en"}
    ]
    assert attributes(found, "chapters")[0]["url"] == "https://old.example/1.json"
    assert attributes(found, "alternateEnclosure") == [{"type": "audio/opus"}]
    assert attributes(found, "value") == [{"type": "lightning"}]
    Episode.objects.filter(pk=episode.pk).update(chapters="00:00:00 Ours")
    assert attributes(item(client), "chapters")[0]["url"] == f"{files_of(episode)}/chapters.json"


def titles(client: Client, path: str = "/episodes/tide/feed/?x=1") -> list[str]:
    return [found.text_of("title") for found in channel(client, path).all("item")]


def test_only_what_everybody_may_hear_now(client: Client, show: Show) -> None:
    now, day = timezone.now(), timedelta(days=1)
    made: dict[str, dict[str, Any]] = {
        "Heard": {},
        "A draft": {"published": False},
        "Next week": {"at": now + 7 * day},
        "An extra": {"for_members": True},
        "For members first": {"public_at": now + day},
        "Was for members first": {"public_at": now - day, "at": now - 3 * day},
        "Still being made": {"audio": False},
    }
    for title, fields in made.items():
        factories.episode(title, of=show, **fields)
    factories.episode("Of another show")
    workflow.unpublish(factories.episode("Taken back", of=show), by=None)
    assert titles(client) == ["Heard", "Was for members first"]


@pytest.mark.parametrize(
    "hostile",
    ["A \x0b]]> <b>title</b> \x1f & more", "]]>", "<!-- x", "\ufffe\x08 é 𝄞", "<script>alert(1)</script>"],
)
def test_hostile_texts_are_texts(client: Client, show: Show, hostile: str) -> None:
    Show.objects.filter(pk=show.pk).update(
        description=hostile, copyright=hostile, frequency=hostile, txt=hostile
    )
    complete.episode(show, standfirst=hostile, body=hostile, chapters=f"00:00:00 {hostile}")
    Episode.objects.update(title=hostile)
    response = client.get("/episodes/tide/feed/?x=1")
    assert tree(response.content).first("channel")
    assert "<script" not in response.text
    assert "\x0b" not in response.text
