"""The page on which editors correct a transcript: what it sends, what it is refused, and who may."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from episodes import transcripts
from episodes.models import Episode, Speaker
from media_pipeline.models import Transcript
from tests import factories
from tests.episodes.transcripts.making import SAID, spoken

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


@pytest.fixture
def episode() -> Episode:
    return spoken(published=False)


def page(episode: Episode) -> str:
    return f"/admin/episodes/episode/{episode.pk}/transcript/"


def send(client: Client, episode: Episode, **told: Any) -> Any:
    return client.post(page(episode), json.dumps(told), content_type="application/json")


def said() -> list[str]:
    return [row[3] for row in Transcript.objects.get().cues]


def change(at: int, text: str) -> dict[str, Any]:
    return {"at": at, "gone": 1, "rows": [[*SAID[at][:3], text]]}


def test_the_page_has_the_cues_the_player_and_a_form_without_scripts(desk: Client, episode: Episode) -> None:
    html = desk.get(page(episode)).content.decode()
    assert "<media-player" in html
    assert json.dumps(SAID[1][3]) in html
    text = desk.get(f"{page(episode)}?as=text").content.decode()
    assert "[00:00:01.500 - 00:00:04.000] Ann\nTonight it is about harbours." in text


def test_only_what_has_changed_is_sent(desk: Client, episode: Episode) -> None:
    answer = send(desk, episode, version=1, splices=[change(1, "Tonight: ports.")])
    assert (answer.status_code, answer.json()) == (200, {"version": 2})
    assert said() == ["Good evening.", "Tonight: ports.", "And about boats, I hope."]


def test_what_is_made_tidy_comes_back(desk: Client, episode: Episode) -> None:
    answer = send(desk, episode, version=1, splices=[change(0, " Good   evening. \n\n\n")]).json()
    assert answer["cues"][0] == [0, 1500, "Ann", "Good   evening."]


def test_somebody_else_was_faster_and_both_are_kept(desk: Client, episode: Episode) -> None:
    transcripts.correct(episode, 1, [[0, 1500, "Ann", "Good morning."], *SAID[1:]])
    mine = {"version": 1, "splices": [change(2, "And boats.")]}
    refused = send(desk, episode, **mine)
    assert refused.status_code == 409
    told = refused.json()
    assert (told["version"], told["clashes"]) == (2, 0)
    assert told["changes"] == [
        {"clock": "0:00", "before": "Ann: Good evening.", "after": "Ann: Good morning."}
    ]
    assert said()[2] == "And about boats, I hope."
    assert send(desk, episode, **mine, over=2).json()["version"] == 3
    assert said() == ["Good morning.", "Tonight it is about harbours.", "And boats."]


def test_what_is_sent_though_it_is_as_it_was_overrides_nothing(desk: Client, episode: Episode) -> None:
    transcripts.correct(episode, 1, [[0, 1500, "Ann", "Good morning."], *SAID[1:]])
    everything = {"at": 0, "gone": 3, "rows": [*SAID[:2], [*SAID[2][:3], "And boats."]]}
    assert send(desk, episode, version=1, splices=[everything], over=2).status_code == 200
    assert said() == ["Good morning.", "Tonight it is about harbours.", "And boats."]


def test_overriding_what_is_stale_itself_is_refused_again(desk: Client, episode: Episode) -> None:
    transcripts.correct(episode, 1, SAID[:2])
    transcripts.correct(episode, 2, SAID[:1])
    assert send(desk, episode, version=1, splices=[change(0, "Mine.")], over=2).status_code == 409


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({}, 400),
        ({"version": 1}, 400),
        ({"version": 1, "splices": [1]}, 400),
        ({"version": 1, "splices": [{"at": "x", "gone": 0, "rows": []}]}, 400),
        ({"version": 1, "splices": [{"at": float("inf"), "gone": 0, "rows": []}]}, 400),
        ({"version": float("nan"), "splices": []}, 400),
        ({"version": -1, "splices": []}, 400),
        ({"version": 10**12, "splices": []}, 400),
        ({"version": 1, "splices": [{"at": 9, "gone": 9, "rows": []}]}, 422),
        ({"version": 1, "splices": [{"at": 0, "gone": 1, "rows": [[0, 1, {}, "x"]]}]}, 422),
        ({"version": 1, "splices": [{"at": 0, "gone": 1, "rows": [[1.5, 2, "", "x"]]}]}, 422),
        ({"version": 7, "splices": []}, 409),
    ],
)
def test_what_no_editor_sends_is_refused(
    desk: Client, episode: Episode, told: dict[str, Any], status: int
) -> None:
    assert send(desk, episode, **told).status_code == status
    assert said() == [row[3] for row in SAID]


def test_as_one_text(desk: Client, episode: Episode) -> None:
    text = "[00:00:00.000 - 00:00:02.000] Ann\nGood night.\n"
    answer = desk.post(f"{page(episode)}?as=text", {"version": 1, "text": text})
    assert (answer.status_code, Transcript.objects.get().cues) == (302, [[0, 2000, "Ann", "Good night."]])
    refused = desk.post(f"{page(episode)}?as=text", {"version": 1, "text": text.replace("night", "day")})
    assert "Somebody has saved this while you were writing" in refused.content.decode()
    assert "Good day." in refused.content.decode()
    assert 'name="version" value="2"' in refused.content.decode()
    wrong = desk.post(
        f"{page(episode)}?as=text", {"version": 2, "text": "[99:99:99.000 - 99:99:99.000] Ann\nx\n"}
    )
    assert "Line 1" in wrong.content.decode()
    assert said() == ["Good night."]


def test_a_first_one_can_be_typed(desk: Client) -> None:
    episode = factories.episode(published=False)
    assert "There is no transcript yet" in desk.get(page(episode)).content.decode()
    desk.post(f"{page(episode)}?as=text", {"version": 0, "text": "[no time] Ann\nHello.\n"})
    assert Transcript.objects.get().cues == [[None, None, "Ann", "Hello."]]


def test_speakers_are_chosen_here_and_for_the_other_episodes(desk: Client, episode: Episode) -> None:
    other, anna = spoken(of=episode.show, published=False), factories.person("Anna")
    form = desk.get(page(episode)).context["speakers"]
    (field,) = [name for name, label in form.labels.items() if label == "Ann"]
    desk.post(f"{page(episode)}speakers/", {field: anna.pk})
    assert list(Speaker.objects.values_list("episode", "label", "person")) == [(episode.pk, "Ann", anna.pk)]
    desk.post(f"{page(episode)}speakers/", {field: anna.pk, "everywhere": "on"})
    assert Speaker.objects.get(episode=other).person == anna
    desk.post(f"{page(episode)}speakers/", {field: ""})
    assert list(Speaker.objects.values_list("episode", flat=True)) == [other.pk]
    assert (
        "Select a valid choice"
        in desk.post(f"{page(episode)}speakers/", {field: "0"}, follow=True).content.decode()
    )


def test_an_earlier_version_comes_back_and_a_stale_page_does_not_bring_one(
    desk: Client, episode: Episode
) -> None:
    transcripts.correct(episode, 1, SAID[:1])
    desk.post(f"{page(episode)}former/", {"former": 1, "version": 2})
    assert said() == [row[3] for row in SAID]
    answer = desk.post(f"{page(episode)}former/", {"former": 2, "version": 2}, follow=True)
    assert "Nothing was brought back." in answer.content.decode()
    assert len(said()) == 3
    assert desk.post(f"{page(episode)}former/", {"former": "x", "version": 3}).status_code == 400


def test_removing(desk: Client, episode: Episode) -> None:
    desk.post(f"{page(episode)}removal/")
    assert Transcript.objects.count() == 0


@pytest.mark.parametrize("where", ["", "speakers/", "former/", "removal/", "making/"])
def test_authors_change_their_own_alone(
    where: str, author: User, other_author: User, signed_in: Callable[[User], Client]
) -> None:
    mine, theirs = (
        spoken(published=False, created_by=author),
        spoken(published=False, created_by=other_author),
    )
    client = signed_in(author)
    assert client.post(f"{page(theirs)}{where}").status_code in (302, 404)
    assert client.get(page(theirs)).status_code != 200
    assert client.post(f"{page(mine)}{where}").status_code in (200, 302, 400)
    assert Transcript.objects.filter(episode=theirs).count() == 1


def test_people_are_chosen_in_those_other_episodes_alone_that_are_theirs(
    author: User, other_author: User, signed_in: Callable[[User], Client]
) -> None:
    mine = spoken(published=False, created_by=author)
    also_mine = spoken(of=mine.show, published=False, created_by=author)
    spoken(of=mine.show, created_by=other_author)
    client, anna = signed_in(author), factories.person("Anna")
    form = client.get(page(mine)).context["speakers"]
    (field,) = [name for name, label in form.labels.items() if label == "Ann"]
    client.post(f"{page(mine)}speakers/", {field: anna.pk, "everywhere": "on"})
    assert set(Speaker.objects.values_list("episode", flat=True)) == {mine.pk, also_mine.pk}


@pytest.mark.parametrize("where", ["", "former/", "removal/", "making/"])
def test_the_recording_of_somebody_elses_episode_keeps_its_words(
    where: str, author: User, other_author: User, signed_in: Callable[[User], Client]
) -> None:
    theirs = spoken(created_by=other_author)
    mine = factories.episode(of=theirs.show, audio=False, published=False, created_by=author)
    Episode.objects.filter(pk=mine.pk).update(audio=theirs.audio)
    told = {"version": 1, "former": 1, "text": "[no time] Eve\nSomething else.\n"}
    assert signed_in(author).post(f"{page(mine)}{where}", told).status_code == 403
    assert said() == [row[3] for row in SAID]


def test_linked_audio_plays_from_its_address(desk: Client) -> None:
    episode = spoken(linked_url="https://audio.example/a.mp3", linked_seconds=90.0, published=False)
    answer = desk.get(page(episode))
    assert 'src="https://audio.example/a.mp3"' in answer.content.decode()
    assert "https:" in answer["Content-Security-Policy"].split("media-src")[1].split(";")[0].split()


def test_ten_thousand_cues_open_and_save_with_a_few_bytes(desk: Client) -> None:
    cues = [[n * 1000, n * 1000 + 900, "Ann", f"Words of cue {n}."] for n in range(10_000)]
    episode = spoken(said=cues, published=False)
    assert desk.get(page(episode)).status_code == 200
    splice = {"at": 5000, "gone": 1, "rows": [[5_000_000, 5_000_900, "Ann", "Corrected."]]}
    assert send(desk, episode, version=1, splices=[splice]).json() == {"version": 2}
    assert Transcript.objects.get().cues[5000][3] == "Corrected."
