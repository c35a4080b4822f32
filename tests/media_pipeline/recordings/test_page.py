"""The page of a recording: what is heard and seen there, what its buttons do, and for whom."""

import re
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import faults, work
from core.models import Work
from core.work import Permanent
from media_pipeline.encoding import request
from media_pipeline.models import MediaAsset, Rendition, RenditionSet, Transcript
from tests.media_pipeline.encoding.tiny import TinyProfile, make_asset, tiny_profiles

pytestmark = pytest.mark.django_db

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada>Good evening.\n\n00:02.000 --> 00:04.000\nAnd welcome.\n"


@pytest.fixture
def recording(author: User) -> MediaAsset:
    asset = make_asset(f"the original {time.monotonic_ns()} ".encode())
    MediaAsset.objects.filter(pk=asset.pk).update(created_by=author, duration=1.5)
    asset.refresh_from_db()
    return asset


@pytest.fixture
def made(recording: MediaAsset) -> MediaAsset:
    request(recording, "tiny")
    run_all()
    return recording


def run_all() -> None:
    for row in Work.objects.filter(kind="media.encode", state="waiting"):
        work.run(row.pk)


def at(name: str, *args: Any) -> str:
    return reverse(f"admin:media_pipeline_recording_{name}", args=args)


def post(client: Client, name: str, *args: Any, **data: Any) -> str:
    return client.post(at(name, *args), data, follow=True).content.decode()


def test_the_page_shows_what_is_made_of_it(signed_in, author: User, made: MediaAsset) -> None:
    page = signed_in(author).get(at("change", made.pk)).content.decode()
    assert "Ready" in page
    assert "MP4" not in page
    assert "HLS video one" in page
    assert "640 × 360" in page


def test_progress_is_told_as_it_stands(signed_in, author: User, recording: MediaAsset) -> None:
    wanted = request(recording, "tiny").wanted
    RenditionSet.objects.update(progress={"step": "one", "percent": 12.5, "speed": 2.0, "left": 90})
    sets = signed_in(author).get(at("progress", recording.pk)).json()["sets"]
    assert sets == [
        {
            "id": wanted.pk,
            "profile": "tiny",
            "state": "waiting",
            "words": "Waiting for a worker",
            "unfinished": True,
            "step": "one",
            "percent": 12.5,
            "speed": 2.0,
            "left": 90,
            "problem": "",
            "log": "",
        }
    ]


def test_steps_are_told_in_words_that_need_no_explanation(
    signed_in, author: User, recording: MediaAsset
) -> None:
    request(recording, "tiny")
    RenditionSet.objects.update(progress={"step": "rungs", "percent": 1})
    assert signed_in(author).get(at("progress", recording.pk)).json()["sets"][0]["step"] == "picture"


def test_a_failure_is_explained_with_the_end_of_the_log(
    signed_in, author: User, recording: MediaAsset
) -> None:
    error = Permanent("The file is damaged after 3 seconds.")
    error.log = "moov atom <not found>"  # type: ignore[attr-defined]

    def fail() -> None:
        raise error

    faults.arm("encode.after_one", fail)
    request(recording, "tiny")
    run_all()
    page = signed_in(author).get(at("change", recording.pk)).content.decode()
    assert "The file is damaged after 3 seconds." in page
    assert "moov atom &lt;not found&gt;" in page
    listed = signed_in(author).get(at("changelist"), {"state": "parked"}).content.decode()
    assert "1 recording" in listed
    faults.disarm()
    post(signed_in(author), "again", recording.pk)
    run_all()
    assert recording.encodings.get().live


def test_each_file_has_a_link_that_works_for_the_desk_alone(
    signed_in, author: User, reader: User, client: Client, made: MediaAsset
) -> None:
    page = signed_in(author).get(at("change", made.pk)).content.decode()
    links = re.findall(r'<th scope="row"><a href="([^"]+)"', page)
    files = {file.name: file for file in Rendition.objects.filter(set__asset=made)}
    assert len(links) == len(files)
    answers = [signed_in(author).get(link) for link in links]
    assert sorted({answer.status_code for answer in answers}) == [200, 302]
    locations = [answer["Location"] for answer in answers if answer.status_code == 302]
    assert any(files["one"].key in location for location in locations)
    assert {browser.get(link).status_code for browser in (client, signed_in(reader)) for link in links} == {
        403
    }


def test_cancelling_stops_it_and_making_again_begins_anew(
    signed_in, author: User, recording: MediaAsset
) -> None:
    wanted = request(recording, "tiny").wanted
    client = signed_in(author)
    assert "Cancelled. What was live before still is" in post(client, "cancel", recording.pk, wanted.pk)
    assert "It was too late to cancel" in post(client, "cancel", recording.pk, wanted.pk)
    assert "Tiny" in client.get(at("changelist"), {"state": "cancelled"}).content.decode()
    assert "Tiny" not in client.get(at("changelist"), {"state": "unfinished"}).content.decode()
    post(client, "again", recording.pk)
    run_all()
    assert recording.encodings.get().live


def test_many_are_made_again_at_once_but_only_ones_own(
    signed_in, author: User, other_author: User, made: MediaAsset
) -> None:
    with tiny_profiles(TinyProfile("tiny", setting=2)):
        chosen = {"action": "make_again", "_selected_action": [made.pk]}
        refused = signed_in(other_author).post(at("changelist"), chosen, follow=True).content.decode()
        assert "1 are not yours to change" in refused
        assert not RenditionSet.objects.unfinished().exists()
        signed_in(author).post(at("changelist"), chosen)
        assert RenditionSet.objects.unfinished().count() == 1


def test_only_who_may_change_it_may_do_so(
    signed_in, other_author: User, editor: User, reader: User, made: MediaAsset
) -> None:
    live = made.encodings.get().live
    assert live
    Transcript.objects.create(asset=made, cues=[[0, 1, "", "Hello"]])
    given = Transcript.objects.get()
    routes: list[tuple[Any, ...]] = [("again", made.pk), ("cancel", made.pk, live.pk), ("captions", made.pk)]
    routes.append(("captions_removal", made.pk, given.pk))
    assert {signed_in(other_author).post(at(*route)).status_code for route in routes} == {403}
    assert {signed_in(reader).post(at(*route)).status_code for route in routes} == {302}
    assert signed_in(other_author).get(at("progress", made.pk)).status_code == 200, (
        "all is seen by all authors"
    )
    assert {signed_in(editor).post(at(*route)).status_code for route in routes} == {302}
    assert Transcript.objects.count() == 0


# --- captions ---------------------------------------------------------------------------------------------------


def bring(
    client: Client, asset: MediaAsset, content: bytes, name: str = "talk.vtt", language: str = "en"
) -> str:
    return post(client, "captions", asset.pk, language=language, file=SimpleUploadedFile(name, content))


def test_captions_are_read_kept_and_given_back(signed_in, author: User, made: MediaAsset) -> None:
    client = signed_in(author)
    assert "2 cues were read" in bring(client, made, VTT.encode())
    given = Transcript.objects.get()
    assert given.cues == [[0, 2000, "Ada", "Good evening."], [2000, 4000, "", "And welcome."]]
    assert (given.language, given.version, given.created_by, given.name) == ("en", 1, author, "talk.vtt")
    srt = client.get(at("captions_download", made.pk, given.pk, "srt"))
    assert "00:00:02,000 --> 00:00:04,000" in srt.content.decode()
    assert srt["Content-Disposition"] == f'attachment; filename="captions-{made.pk}-en.srt"'
    bring(client, made, VTT.replace("welcome", "hello").encode(), language="en")
    given.refresh_from_db()
    assert given.version == 2
    post(client, "captions_removal", made.pk, given.pk)
    assert not Transcript.objects.exists()


def test_only_of_a_video_captions_are_promised_in_the_player(
    signed_in, author: User, recording: MediaAsset
) -> None:
    client, one = signed_in(author), b"WEBVTT\n\n00:00.000 --> 00:02.000\nGood evening.\n"
    sound = bring(client, recording, one)
    assert "1 cue was read and kept." in sound
    assert "in the player" not in sound
    MediaAsset.objects.filter(pk=recording.pk).update(kind="video")
    assert "They appear in the player in a moment." in bring(client, recording, VTT.encode())


def test_captions_of_what_cannot_be_made_any_more_are_refused_with_the_reason(
    signed_in, author: User, made: MediaAsset
) -> None:
    MediaAsset.objects.filter(pk=made.pk).update(kind="video")
    page = bring(signed_in(author), made, VTT.encode())
    assert "Nothing was added. The profile “tiny” cannot be made of video." in page
    assert not Transcript.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "language", "said"),
    [
        (b"WEBVTT\n\n00:01.000 --> 99:99:99\nx\n", "a.vtt", "en", "Line 3"),
        (b"", "a.vtt", "en", "empty"),
        (VTT.encode(), "a.vtt", "en/../..", "A language tag is like en or pt-BR."),
        (b"Ada: Hello.\n\nBob: Hello yourself.\n", "a.txt", "en", "has no times"),
        (b"\x00\x01\x02\xff" * 50, "a.srt", "en", "error"),
    ],
)
def test_captions_that_cannot_be_read_are_refused_with_the_line(
    signed_in, author: User, made: MediaAsset, content: bytes, name: str, language: str, said: str
) -> None:
    page = bring(signed_in(author), made, content, name, language)
    assert said in page
    assert "Nothing was added." in page
    assert not Transcript.objects.exists()


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_as_many_queries_however_long_it_is(
    signed_in, author: User, many: int, django_assert_num_queries: Any
) -> None:
    for number in range(many):
        request(make_asset(f"{number} {time.monotonic_ns()}".encode()), "tiny")
    client = signed_in(author)
    client.get(at("changelist"))
    with django_assert_num_queries(8):
        page = client.get(at("changelist")).content.decode()
    assert page.count("Waiting for a worker") == many


def test_images_and_recordings_do_not_mix(signed_in, author: User, made: MediaAsset) -> None:
    client = signed_in(author)
    assert "Tiny" not in client.get(reverse("admin:media_pipeline_mediaasset_changelist")).content.decode()
    assert client.get(reverse("admin:media_pipeline_mediaasset_change", args=[made.pk])).status_code == 404
