"""One screen for the whole job."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import work
from episodes.models import DownloadCount, Episode, EpisodeCredit, EpisodeLink, SponsorSlot
from episodes.transcripts.speech import transcript_of
from media_pipeline.models import Encoding
from publishing import revisions, workflow
from tests import factories
from tests.admin_forms import errors, fill, save

pytestmark = pytest.mark.django_db
ADD = "/admin/episodes/episode/add/"
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ann>Good evening.\n"


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


def change(episode: Episode) -> str:
    return f"/admin/episodes/episode/{episode.pk}/change/"


def rows(name: str, *given: dict[str, Any]) -> dict[str, Any]:
    """The fields of rows that are added."""
    data: dict[str, Any] = {f"{name}-TOTAL_FORMS": len(given), f"{name}-INITIAL_FORMS": 0}
    for number, row in enumerate(given):
        data |= {f"{name}-{number}-position": number} | {
            f"{name}-{number}-{key}": v for key, v in row.items()
        }
    return data


def test_an_episode_is_written_with_all_its_rows_in_one_go(desk: Client, editor: User) -> None:
    show, ana = factories.show("Tides"), factories.person("Ana")
    response = save(
        desk,
        ADD,
        show=show.pk,
        title="Low water",
        number="12.5",
        body="Mud.",
        chapters="00:00:00 Begin\r\n00:12:30 Mud | https://example.org/",
        **rows("credits", {"person": ana.pk, "role": "guest", "href": ""}),
        **rows("links", {"label": "A book", "url": "https://example.org/book"}),
        **rows("slots", {"place": "mid", "sponsor": "Acme", "url": "", "text": "", "at": ""}),
    )
    episode = Episode.objects.get()
    assert response.headers["Location"] == change(episode)
    assert (episode.slug, episode.status, episode.created_by) == ("low-water", "draft", editor)
    assert (episode.display_number, episode.guid) == ("12.5", episode.item.guid.urn)
    assert [str(chapter) for chapter in episode.chapter_list] == [
        "00:00:00 Begin",
        "00:12:30 Mud | https://example.org/",
    ]
    assert [str(credit) for credit in EpisodeCredit.objects.all()] == ["Ana, guest"]
    assert EpisodeLink.objects.get().label == "A book"
    assert SponsorSlot.objects.get().sponsor == "Acme"
    kept = revisions.newest(episode).snapshot["rows"]
    assert [len(kept[name]) for name in ("credits", "links", "slots")] == [1, 1, 1]


def test_a_new_one_begins_with_the_last_show_and_its_next_number(desk: Client) -> None:
    factories.episode(of=factories.show(), number=3, published=False)
    begun = fill(desk, ADD)
    assert (begun["show"], begun["number"]) == (Episode.objects.get().show_id, "4")


def test_a_wrong_line_is_named(desk: Client) -> None:
    response = save(
        desk,
        ADD,
        show=factories.show().pk,
        title="T",
        chapters="00:00 Begin\n\nMiddle",
        soundbites="1:00 Title",
    )
    assert errors(response) == {
        "chapters": ["Line 3: “Middle” is no time. Begin with one, like 00:12:30."],
        "soundbites": ["Line 1: After the time stands how many seconds it lasts: 00:12:30 45 Title."],
    }


def test_a_season_of_another_show_is_refused(desk: Client) -> None:
    other = factories.show("Other").seasons.create(number=1)
    response = save(desk, ADD, show=factories.show("Tides").pk, title="T", season=other.pk)
    assert errors(response) == {"season": ["“Season 1” belongs to Other."]}


def test_artwork_is_measured_when_it_is_chosen(desk: Client) -> None:
    show, wide = factories.show(), factories.cover(width=1600, height=900)
    found = errors(save(desk, ADD, show=show.pk, title="T", artwork=wide.pk))["artwork"]
    assert found[0] == "The artwork has 1,600 × 900 pixels; it has to be square."
    assert found[1] == "The artwork has 1,600 × 900 pixels; directories want at least 1,400 a side."
    episode = factories.episode(of=show, published=False, artwork=wide)
    assert save(desk, change(episode), title="Another title").status_code == 302


def test_chapters_of_the_file_fill_an_empty_field_and_no_other(desk: Client) -> None:
    chapters = [
        {"start": 0.0, "end": 30.0, "title": "Begin", "url": ""},
        {"start": 30.0, "end": 90.0, "title": "", "url": ""},
    ]
    audio = factories.recording(probe=factories.heard(90).to_json() | {"chapters": chapters})
    show = factories.show()
    save(desk, ADD, show=show.pk, title="One", audio=audio.pk)
    save(desk, ADD, show=show.pk, title="Two", audio=audio.pk, chapters="00:10 Mine")
    assert Episode.objects.get(title="One").chapters == "00:00:00 Begin\n00:00:30 00:00:30"
    assert Episode.objects.get(title="Two").chapters == "00:10 Mine"
    one = Episode.objects.get(title="One")
    save(desk, change(one), chapters="")
    assert Episode.objects.get(title="One").chapters == ""


def test_an_image_is_no_audio_and_audio_no_video(desk: Client) -> None:
    response = save(
        desk,
        ADD,
        show=factories.show().pk,
        title="T",
        audio=factories.image().pk,
        video=factories.recording().pk,
    )
    assert sorted(errors(response)) == ["audio", "video"]


# --- the transcript ---------------------------------------------------------------------------------------------------


def test_a_transcript_is_attached_with_the_rest(desk: Client) -> None:
    episode = factories.episode(published=False)
    save(desk, change(episode), transcript_file=SimpleUploadedFile("talk.vtt", VTT))
    found = transcript_of(Episode.objects.get())
    assert found is not None
    assert found.cues == [[0, 2000, "Ann", "Good evening."]]
    page = desk.get(change(episode)).text
    assert "1 cue from talk.vtt" in page
    assert "Heard: Ann. 1 of them is only a label so far." in page


def test_a_transcript_of_what_is_live_is_for_readers_at_once_and_no_edit(desk: Client) -> None:
    episode = factories.episode()
    save(desk, change(episode), transcript_file=SimpleUploadedFile("talk.vtt", VTT))
    episode.refresh_from_db()
    assert episode.transcript is not None
    assert not episode.has_edits_waiting


def test_a_transcript_that_cannot_be_read_names_the_line(desk: Client) -> None:
    episode = factories.episode(published=False)
    broken = SimpleUploadedFile("talk.vtt", b"WEBVTT\n\nnot a time --> 00:02.000\nHello\n")
    found = errors(save(desk, change(episode), transcript_file=broken))
    assert list(found) == ["transcript_file"]
    assert "ine 3" in found["transcript_file"][0]


# --- the list and the other pages -------------------------------------------------------------------------------------


def test_the_list_takes_the_same_queries_for_three(
    desk: Client, django_assert_num_queries: Callable[[int], Any]
) -> None:
    show = factories.show("Tides")
    factories.episode("Low water", of=show, number=1)
    desk.get("/admin/episodes/episode/")
    with django_assert_num_queries(14):
        page = desk.get("/admin/episodes/episode/").text
    assert "Low water" in page
    assert "1:30" in page
    factories.episode(of=factories.show("Winds"), number=2)
    factories.episode(of=show, number=3, published=False)
    with django_assert_num_queries(14):
        desk.get("/admin/episodes/episode/")


def test_a_copy_belongs_to_the_same_show(desk: Client) -> None:
    episode = factories.episode("Low water")
    desk.post(f"/admin/episodes/episode/{episode.pk}/copy/")
    copy = Episode.objects.get(title="Copy of Low water")
    assert (copy.show, copy.status, copy.audio) == (episode.show, "draft", episode.audio)
    assert copy.guid not in ("", episode.guid)


def test_the_list_as_a_file_names_show_and_people(desk: Client) -> None:
    factories.episode("Low water", of=factories.show("Tides"), by=[factories.person("Ana")])
    response: Any = desk.get("/admin/episodes/episode/export/")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert ",Low water,live,Tides,Ana," in lines[1]


def test_the_preview_is_the_page_with_the_newest_text(desk: Client) -> None:
    episode = factories.episode("Low water")
    save(desk, change(episode), title="High water")
    page = desk.get(f"/admin/episodes/episode/{episode.pk}/preview/").text
    assert "High water" in page
    assert "Low water" not in page


def test_the_feed_entry_shows_the_newest_text_as_apps_get_it(desk: Client, settings: Any) -> None:
    settings.SITE_URL = "https://masthead.example"
    episode = factories.episode("Low water", of=factories.show("Tides"), number=7)
    save(desk, change(episode), title="High water")
    page = desk.get(f"/admin/episodes/episode/{episode.pk}/feed-entry/").text
    assert "&lt;title&gt;High water&lt;/title&gt;" in page
    assert f"{episode.guid}&lt;/guid&gt;" in page
    assert "apps and directories take it as it is" in page
    assert Episode.objects.get().title == "Low water"


def test_the_feed_entry_of_a_draft_without_audio_says_what_is_missing(desk: Client) -> None:
    episode = factories.episode(audio=False, published=False)
    page = desk.get(f"/admin/episodes/episode/{episode.pk}/feed-entry/").text
    assert "there is nothing to hear" in page


def test_a_draft_is_deleted_with_its_downloads(desk: Client) -> None:
    episode = factories.episode(published=False)
    DownloadCount.objects.create(episode=episode, day="2026-01-01", app="Overcast", count=3)
    desk.post(f"/admin/episodes/episode/{episode.pk}/delete/", {"post": "yes"})
    assert not Episode.objects.exists()


def test_an_author_deletes_no_other_ones_episodes_in_the_list(author: User, signed_in: Any) -> None:
    own = factories.episode("Mine", by=[factories.person("Ana", user=author)])
    sent = {"action": "delete_selected", "_selected_action": own.pk, "post": "yes"}
    signed_in(author).post("/admin/episodes/episode/", sent)
    assert Episode.objects.get() == own


def test_a_recording_that_is_heard_is_not_deleted(administrator: User, signed_in: Any) -> None:
    episode = factories.episode("Low water")
    page = signed_in(administrator).post(
        f"/admin/media_pipeline/recording/{episode.audio_id}/delete/", {"post": "yes"}
    )
    assert page.status_code == 200
    assert "Low water" in page.text
    episode.refresh_from_db()
    assert episode.audio is not None


# --- the recording ----------------------------------------------------------------------------------------------------


def test_recordings_are_found_by_name_and_by_what_fits(desk: Client) -> None:
    sound = factories.recording(name="Low water talk")
    film = factories.recording(name="Low water film", kind="video")
    factories.image(name="Low water picture")
    found = desk.get("/admin/episodes/episode/recordings/?term=low+water&field_name=audio").json()
    assert [row["id"] for row in found["results"]] == [str(film.pk), str(sound.pk)]
    found = desk.get("/admin/episodes/episode/recordings/?term=low&field_name=video").json()
    assert found == {
        "results": [{"id": str(film.pk), "text": "Low water film"}],
        "pagination": {"more": False},
    }


@pytest.mark.parametrize(
    "query", ["", "field_name=body", "field_name=audio&page=0", "field_name=audio&page=9" + "9" * 30]
)
def test_a_search_that_makes_no_sense_is_refused(desk: Client, query: str) -> None:
    assert desk.get(f"/admin/episodes/episode/recordings/?{query}").status_code == 400


def test_a_recording_is_told_with_its_player_and_what_it_brings(desk: Client) -> None:
    probe = factories.heard(90).to_json()
    probe["tags"] |= {"title": "  Low |\nwater ", "track": "12/40"}
    audio = factories.recording(name="talk", probe=probe)
    told = desk.get(f"/admin/episodes/episode/recordings/{audio.pk}/?field=audio&episode=").json()
    assert told["brought"] == {"title": "Low / water", "number": "12"}
    assert (told["name"], told["unfinished"]) == ("talk", False)
    assert "<audio controls" in told["html"]


def test_a_recording_that_is_being_made_says_how_far_it_is(desk: Client) -> None:
    audio = factories.recording()
    wish = Encoding.objects.get(asset=audio)
    fresh = wish.wanted
    fresh.pk, fresh.recipe, fresh.ready_at = None, "new", None
    fresh.progress = {"step": "encode", "percent": 43, "left": 130}
    fresh.save()
    Encoding.objects.filter(pk=wish.pk).update(wanted=fresh)
    work.enqueue("media.encode", str(fresh.pk))
    told = desk.get(f"/admin/episodes/episode/recordings/{audio.pk}/?field=audio").json()
    assert told["unfinished"]
    assert "Being made: 43 %, 2 min left" in told["html"]


def test_an_author_works_on_their_own_alone(author: User, editor: User, signed_in: Any) -> None:
    own = factories.episode("Mine", by=[factories.person("Ana", user=author)], published=False)
    factories.episode("Not mine", published=False, created_by=editor)
    desk = signed_in(author)
    listed = desk.get("/admin/episodes/episode/").context["cl"].result_list
    assert [row.title for row in listed] == ["Mine"]
    workflow.submit(own, by=author)
    assert Episode.objects.get(pk=own.pk).stage == "in_review"


def test_the_start_page_and_the_calendar_know_episodes(desk: Client, editor: User) -> None:
    factories.episode("Low water", published=False, created_by=editor)
    factories.episode("High water", at=timezone.now() + timedelta(hours=1))
    assert "Low water" in desk.get("/admin/").text
    assert "High water" in desk.get("/admin/calendar/").text


@pytest.mark.parametrize(
    "typed", ["\0", "9" * 400, "00:00:00 " + "x" * 100_000, "\n" * 10_000 + "x", "٠٠:١٠ Title"]
)
def test_odd_lines_are_refused_and_never_an_error(desk: Client, typed: str) -> None:
    show = factories.show()
    response = save(desk, ADD, show=show.pk, title="T", chapters=typed, soundbites=typed, number="1e999")
    assert response.status_code == 200
    assert "number" in errors(response)


@pytest.mark.parametrize(
    "content", [b"", b"\0\1\2", b"PK\x03\x04", b"<rss/>", b"WEBVTT\n\n" + b"\xff" * 5000]
)
def test_odd_transcripts_are_refused_and_never_an_error(desk: Client, content: bytes) -> None:
    episode = factories.episode(published=False)
    file = SimpleUploadedFile("x.vtt", content)
    assert "transcript_file" in errors(save(desk, change(episode), transcript_file=file))


def test_a_person_is_not_deleted_without_saying_where_they_are_heard(publisher: User, signed_in: Any) -> None:
    ana = factories.person("Ana")
    factories.episode("Low water", of=factories.show("Tides", by=[ana]), by=[ana])
    page = signed_in(publisher).get(f"/admin/people/person/{ana.pk}/delete/").text
    assert "They are heard in" in page
    assert "These shows are made by them" in page
