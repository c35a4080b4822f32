"""The pages and files of a transcript, as readers and apps get them."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from episodes.models import Episode
from episodes.transcripts import speech
from episodes.transcripts.paragraphs import sections
from media_pipeline import transcripts as formats
from tests import factories
from tests.episodes.transcripts.making import spoken

pytestmark = pytest.mark.django_db

HOSTILE = '</script><img src=x onerror="x">&amp;'


def page_of(episode: Episode) -> str:
    return f"{episode.get_absolute_url()}transcript/"


def file_of(episode: Episode, form: str) -> str:
    return f"/episodes/files/{episode.item.guid}/transcript.{form}"


def links(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<a href="\.\./\?t=(\d+)"[^>]*>([^<]+)</a>', html)


def test_each_cue_is_a_link_to_its_second_and_chapters_make_sections(client: Client) -> None:
    episode = spoken(chapters="00:00:00 Where it begins\n00:00:04 Boats\n00:01:00 Silence")
    html = client.get(page_of(episode)).content.decode()
    assert links(html) == [
        ("0", "Good evening."),
        ("1", "Tonight it is about harbours."),
        ("4", "And about boats, I hope."),
    ]
    assert re.findall(r'id="at-(\d+)"', html) == ["0", "4"]
    assert 'data-at="1.5"' in html
    assert html.count('class="transcript-name"') == 2


def test_consecutive_cues_of_one_speaker_are_a_paragraph_until_it_is_long_or_silent(client: Client) -> None:
    cues = [
        [n * 3000, n * 3000 + 2900, "Ann", f"{n} words and more of them, ten to a cue."] for n in range(30)
    ]
    cues.append([200_000, 201_000, "Ann", "After a silence."])
    episode = spoken(said=cues)
    (only,) = sections(speech.lines(episode))
    assert [len(one.said) for one in only.paragraphs] == [9, 9, 9, 3, 1]
    assert [one.begins for one in only.paragraphs] == [True, False, False, False, False]
    assert len(links(client.get(page_of(episode)).content.decode())) == 31


def test_a_word_a_cue_makes_no_link_a_word() -> None:
    words = [
        [n * 300, n * 300 + 250, "", word]
        for n, word in enumerate(["these", "are", "the", "words", "of", "it.", "And", "these"])
    ]
    (only,) = sections(speech.lines(spoken(said=words)))
    assert [(said.whole, said.text) for said in only.paragraphs[0].said] == [
        (0, "these are the words of"),
        (1, "it."),
        (1, "And these"),
    ]


def test_without_times_there_are_no_links_and_no_timed_files(client: Client) -> None:
    episode = spoken(said=[[None, None, "Ann", "First."], [None, None, "Ann", "Second."]])
    html = client.get(page_of(episode)).content.decode()
    assert links(html) == []
    assert "First." in html
    assert [
        form
        for form in ("vtt", "srt", "json", "txt", "html")
        if client.get(file_of(episode, form)).status_code == 200
    ] == [
        "json",
        "txt",
        "html",
    ]
    assert file_of(episode, "srt") not in html
    assert file_of(episode, "txt") in html


@pytest.mark.parametrize(
    ("form", "kind", "holds"),
    [
        ("vtt", "text/vtt", "<v Ann>Good evening."),
        ("srt", "application/x-subrip", "Ann: Good evening."),
        ("json", "application/json", '"speaker": "Ann"'),
        ("txt", "text/plain", "] Ann\nGood evening."),
        ("html", "text/html", "<cite>Ann:</cite>\n<time>0:00</time>\n<p>Good evening.</p>"),
    ],
)
def test_each_file_has_its_type_may_be_read_by_others_and_is_kept(
    client: Client, form: str, kind: str, holds: str
) -> None:
    answer = client.get(file_of(spoken(), form))
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    assert (answer["Access-Control-Allow-Origin"], answer["X-Robots-Tag"]) == ("*", "noindex")
    assert answer["Cache-Control"].startswith("public, max-age=300")
    assert holds in answer.content.decode()
    again = client.get(answer.request["PATH_INFO"], headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")


def test_what_somebody_is_called_and_says_is_text_everywhere(client: Client) -> None:
    episode = spoken(said=[[0, 1000, HOSTILE, HOSTILE]], chapters=f"00:00:00 {HOSTILE}")
    assert HOSTILE not in client.get(page_of(episode)).content.decode()
    assert HOSTILE not in client.get(file_of(episode, "html")).content.decode()
    for form in ("vtt", "json"):
        (cue,) = formats.parse(client.get(file_of(episode, form)).content, kind=form).cues
        assert (cue.speaker, cue.text) == (HOSTILE, HOSTILE)
    assert json.loads(client.get(file_of(episode, "json")).content)["segments"][0]["speaker"] == HOSTILE


@pytest.mark.parametrize(
    "fields",
    [
        {"for_members": True},
        {"public_at": timezone.now() + timedelta(days=1)},
        {"published": False},
        {"at": timezone.now() + timedelta(days=1)},
        {"said": None},
        {"said": []},
    ],
)
def test_nobody_reads_what_is_not_for_everybody_or_not_there(client: Client, fields: dict[str, Any]) -> None:
    episode = spoken("Kept back", **fields)
    found = [
        client.get(path).status_code
        for path in (page_of(episode), file_of(episode, "vtt"), file_of(episode, "html"))
    ]
    assert found == [404, 404, 404]
    assert "Kept back" not in client.get("/episodes/transcripts/").content.decode()


def test_an_unknown_form_or_show_is_not_there(client: Client) -> None:
    episode = spoken()
    for path in (file_of(episode, "ttml"), f"/episodes/{factories.show().slug}/{episode.slug}/transcript/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_goes_show_by_show_in_few_queries(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    show = factories.show("Alpha", position=1)
    for number in range(count):
        spoken(f"Alpha {number}", of=show, at=timezone.now() - timedelta(days=count - number))
    spoken("Beta", of=factories.show("Beta", position=0))
    with django_assert_num_queries(6):
        html = client.get("/episodes/transcripts/").content.decode()
    assert re.findall(r"<li><a href=\"[^\"]+/transcript/\">([^<]+)</a>", html) == [
        "Beta",
        *(f"Alpha {number}" for number in reversed(range(count))),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_few_queries_however_many_speak(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [factories.person(f"Person {chr(65 + n)}") for n in range(count)]
    episode = spoken(said=[[n * 1000, n * 1000 + 900, one.name, "Words."] for n, one in enumerate(people)])
    for one in people:
        episode.speakers.create(label=one.name, person=one)
    with django_assert_num_queries(8):
        client.get(page_of(episode))


def test_what_feeds_need_to_know_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    timed, plain = spoken(), spoken(said=[[None, None, "", "Words."]])
    none, empty = factories.episode(), spoken(said=[])
    borrowed = factories.episode(of=timed.show, audio=False, published=False)
    borrowed.audio = factories.recording()
    borrowed.save()
    wanted = [timed, plain, none, empty, borrowed]
    with django_assert_num_queries(1):
        found = speech.standing_of(wanted)
    assert found == {timed.pk: (True, "en", 1), plain.pk: (False, "en", 1), borrowed.pk: (True, "en", 1)}


def test_three_hours_stay_light(client: Client) -> None:
    """30,000 words in 3,600 cues, each with its link."""
    words = "a conversation about harbours and the boats in them"
    cues = [[n * 3000, n * 3000 + 2900, f"Speaker {n // 12 % 3}", f"{words} {n}."] for n in range(3600)]
    html = client.get(page_of(spoken(said=cues))).content.decode()
    assert len(links(html)) == 3600
    assert len(html) < 450_000
    assert html.count("<") < 12_000
