"""What is said is changed in one place, and whatever shows it follows."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from episodes import transcripts
from episodes.models import Episode
from episodes.transcripts import speech
from media_pipeline import captioning
from media_pipeline.models import Encoding, FormerTranscript, MediaAsset, Transcript
from publishing.signals import content_changed
from search.models import IndexEntry
from tests import factories
from tests.episodes.transcripts.making import SAID, parsed, spoken

pytestmark = pytest.mark.django_db

BOATS = [[4000, 9250, "Bo", "And about bots, I hope."]]


@pytest.fixture
def told() -> Any:
    """The ids of the episodes of which everybody has been told."""
    ids: list[int] = []

    def hear(content: Any, **kwargs: Any) -> None:
        ids.append(content.pk)

    content_changed.connect(hear)
    yield ids
    content_changed.disconnect(hear)


def words(episode: Episode) -> list[str]:
    return [line.text for line in speech.lines(Episode.objects.select_related("show").get(pk=episode.pk))]


def test_attaching_makes_the_row_of_its_recording_and_says_whether_it_was_new(
    author: User, told: list[int]
) -> None:
    episode = factories.episode()
    told.clear()
    assert transcripts.attach(episode, parsed(), name="said.vtt", by=author) is True
    row = Transcript.objects.get()
    assert (row.asset, row.language, row.cues, row.version) == (episode.audio, "en", SAID, 1)
    assert (row.name, row.created_by, row.machine_made, episode.transcript) == (
        "said.vtt",
        author,
        False,
        row,
    )
    assert told == [episode.pk]
    assert transcripts.attach(episode, parsed(), name="again.vtt", by=author) is False
    assert (Transcript.objects.get().version, told) == (1, [episode.pk])


def test_captions_of_the_recording_are_replaced_and_can_be_brought_back(author: User) -> None:
    episode = factories.episode()
    assert episode.audio
    captioning.keep(episode.audio, "en", parsed([0, 1000, "", "As captions had it."]))
    captioning.keep(episode.audio, "de", parsed([0, 1000, "", "Auf Deutsch."]))
    assert words(episode) == ["As captions had it."]
    transcripts.attach(episode, parsed(), name="said.vtt", by=author)
    assert sorted(Transcript.objects.values_list("language", "version")) == [("de", 1), ("en", 2)]
    transcripts.bring_back(episode, 2, 1, by=author)
    assert words(episode) == ["As captions had it."]
    transcripts.bring_back(episode, 3, 2, by=author)
    assert words(episode) == [row[3] for row in SAID]


def test_captions_changed_on_the_page_of_the_recording_change_the_episode(told: list[int]) -> None:
    episode = factories.episode()
    told.clear()
    assert episode.audio
    captioning.keep(episode.audio, "en", parsed())
    assert told == [episode.pk]
    assert "boats" in IndexEntry.objects.get(item=episode.item_id).body


def test_audio_that_is_elsewhere_may_have_one_without_times(author: User) -> None:
    episode = factories.episode(linked_url="https://example.org/a.mp3", linked_seconds=90.0)
    transcripts.attach(episode, parsed([None, None, "Ann", "Words."]), name="a.txt", by=author)
    assert (Transcript.objects.get().asset, words(episode)) == (None, ["Words."])
    assert speech.is_timed(episode) is False
    transcripts.attach(episode, parsed(), name="b.vtt", by=author)
    assert (Transcript.objects.count(), speech.is_timed(episode)) == (1, True)


def test_the_same_recording_twice_has_one_transcript(author: User) -> None:
    first = spoken()
    again = factories.episode("Harbours, once more", of=first.show, audio=False, published=False)
    again.audio = first.audio
    again.save()
    transcripts.attach(again, parsed(*SAID[:2], *BOATS), name="said.vtt", by=author)
    assert words(first) == words(again) == [SAID[0][3], SAID[1][3], BOATS[0][3]]
    assert (Episode.objects.get(pk=again.pk).transcript, Transcript.objects.count()) == (None, 1)


def test_a_correction_reaches_everything_and_the_guid_stays(
    client: Client, author: User, django_capture_on_commit_callbacks: Any
) -> None:
    episode = spoken()
    guid, page = episode.guid, f"{episode.get_absolute_url()}transcript/"
    files = f"/episodes/files/{episode.item.guid}/transcript"
    before = {path: client.get(path) for path in (page, f"{files}.vtt", f"{files}.json")}
    feed = client.get(episode.show.feed_path)
    with django_capture_on_commit_callbacks(execute=True):
        transcripts.correct(episode, 1, [*SAID[:2], [4000, 9250, "Bo", "And about lighthouses."]], by=author)
    for path, answer in before.items():
        now = client.get(path)
        assert b"boats" in answer.content
        assert b"And about lighthouses." in now.content
        assert b"boats" not in now.content
        assert now["ETag"] != answer["ETag"]
    assert client.get(f"{files}.vtt", headers={"If-None-Match": now["ETag"]}).status_code == 200
    feed_now = client.get(episode.show.feed_path, headers={"If-None-Match": feed["ETag"]})
    assert (feed_now.status_code, feed_now["ETag"] != feed["ETag"]) == (200, True)
    assert f">{guid}<" in feed_now.content.decode()
    entry = IndexEntry.objects.get(item=episode.item_id)
    assert "lighthouses" in entry.body
    assert "boats" not in entry.body
    assert Episode.objects.get(pk=episode.pk).guid == guid


def test_a_stale_correction_is_refused_and_told_what_changed(author: User) -> None:
    episode = spoken()
    transcripts.correct(episode, 1, [*SAID[:2], *BOATS], by=author)
    with pytest.raises(transcripts.Stale) as refused:
        transcripts.correct(episode, 1, SAID[:1], by=author)
    assert (refused.value.before, refused.value.transcript.cues) == (SAID, [*SAID[:2], *BOATS])
    assert words(episode)[-1] == "And about bots, I hope."


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([[0, 1, "Ann"]], "A cue is a start"),
        ([[0, 1, "Ann", None]], "are text"),
        ([[-1, 1, "", "x"]], "between 0 and"),
        ([[True, 1, "", "x"]], "between 0 and"),
        ([[0, 10**12, "", "x"]], "between 0 and"),
        ([[0, 1, "", "x"], [None, None, "", "y"]], "Give all of them one"),
    ],
)
def test_what_cannot_be_cues_is_refused_with_a_sentence(rows: list[Any], sentence: str) -> None:
    episode = spoken(published=False)
    with pytest.raises(transcripts.Unfit, match=sentence):
        transcripts.correct(episode, 1, rows)
    assert Transcript.objects.get().version == 1


def test_texts_are_made_tidy_and_times_are_put_right() -> None:
    episode = spoken(published=False)
    row = transcripts.correct(episode, 1, [[2000, 1000, " Ann  B ", "One\x00 \r\n two\n\n\n\nthree "]])
    assert row.cues == [[2000, 2000, "Ann B", "One\ntwo\n\nthree"]]


def test_ten_former_versions_are_kept() -> None:
    episode = spoken(published=False)
    for version in range(1, 13):
        transcripts.correct(episode, version, [[0, 1000, "", f"Take {version}."]])
    assert sorted(FormerTranscript.objects.values_list("version", flat=True)) == list(range(3, 13))
    with pytest.raises(transcripts.Unfit, match="not kept any more"):
        transcripts.bring_back(episode, 13, 1)


def test_removing_it_leaves_nothing_anywhere(client: Client) -> None:
    episode = spoken()
    transcripts.remove(episode)
    assert (words(episode), Transcript.objects.count()) == ([], 0)
    assert client.get(f"{episode.get_absolute_url()}transcript/").status_code == 404
    assert "boats" not in IndexEntry.objects.get(item=episode.item_id).body
    transcripts.remove(episode)


def test_a_draft_tells_nobody(told: list[int]) -> None:
    episode = spoken(published=False)
    transcripts.correct(episode, 1, SAID[:1])
    assert told == []


def test_it_follows_another_recording_which_may_bring_its_own() -> None:
    episode = spoken(published=False)
    old, row = episode.audio, episode.transcript
    factories.sounding(episode)
    assert transcripts.follow_audio(episode) is True
    assert (words(episode), episode.transcript != row) == ([said[3] for said in SAID], True)
    assert Transcript.objects.get(asset=old).cues == SAID
    factories.sounding(episode)
    assert episode.audio
    captioning.keep(episode.audio, "en", parsed([0, 1000, "", "Its own."]))
    transcripts.follow_audio(episode)
    assert words(episode) == ["Its own."]
    assert transcripts.follow_audio(episode) is False


def test_what_was_linked_and_comes_to_us_takes_its_words_along() -> None:
    episode = spoken(published=False, linked_url="https://example.org/a.mp3", linked_seconds=90.0)
    assert episode.transcript
    factories.sounding(episode)
    transcripts.follow_audio(episode)
    row = Transcript.objects.get()
    assert (row.asset, row.cues, episode.transcript) == (episode.audio, SAID, row)


def film(episode: Episode, seconds: float) -> MediaAsset:
    made = factories.stored(kind="video", duration=seconds)
    Encoding.objects.all().delete()
    Episode.objects.filter(pk=episode.pk).update(video=made.asset)
    return made.asset


@pytest.mark.parametrize(("seconds", "captioned"), [(90.5, True), (120, False)])
def test_a_film_as_long_has_the_same_captions(seconds: float, captioned: bool) -> None:
    episode = spoken(published=False)
    video = film(episode, seconds)
    transcripts.correct(episode, 1, SAID[:2])
    assert list(video.transcripts.values_list("cues", flat=True)) == ([SAID[:2]] if captioned else [])


def test_a_film_with_captions_of_its_own_keeps_them() -> None:
    episode = spoken(published=False)
    video = film(episode, 90)
    captioning.keep(video, "en", parsed([0, 1000, "", "Its own."]))
    transcripts.correct(episode, 1, SAID[:2])
    assert video.transcripts.get().cues == [[0, 1000, "", "Its own."]]


def test_choosing_the_recording_of_another_episode_leaves_its_words_alone() -> None:
    other = spoken()
    typed = factories.episode(audio=False, published=False)
    transcripts.attach(typed, parsed([None, None, "Eve", "Something else."]), name="", by=None)
    Episode.objects.filter(pk=typed.pk).update(audio=other.audio)
    transcripts.follow_audio(Episode.objects.get(pk=typed.pk))
    assert words(other) == [row[3] for row in SAID]
    assert words(typed) == ["Something else."]
