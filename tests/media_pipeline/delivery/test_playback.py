"""What a page with a player is given."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from media_pipeline import delivery
from media_pipeline.delivery.names import name_of
from media_pipeline.models import Encoding, MediaAsset, Region, Rendition, RenditionSet
from media_pipeline.playing import Playable
from tests import factories
from tests.media_pipeline.delivery.conftest import Held

pytestmark = pytest.mark.django_db

type May = set[tuple[str, str]]


@pytest.fixture
def film(found: RenditionSet) -> RenditionSet:
    """The set with all that a video has besides."""
    for role, name, suffix, content, content_type in (
        ("progressive", "480p", "mp4", b"A film", "video/mp4"),
        ("poster", "poster", "webp", b"A poster", "image/webp"),
        ("waveform", "json", "json", b"[1]", "application/json"),
        ("sprite", "sprite-0", "jpg", b"A sprite", "image/jpeg"),
    ):
        factories.stored_file(found, role, name, suffix, content, content_type)
    sprite = found.renditions.get(role="sprite").key.rpartition("/")[2]
    cues = f"WEBVTT\n\n00:00.000 --> 00:09.000\n{sprite}#xywh=0,0,160,90\n"
    factories.stored_file(found, "storyboard", "storyboard", "vtt", cues.encode(), "text/vtt")
    MediaAsset.objects.filter(pk=found.asset_id).update(kind="video", width=640, height=360)
    Rendition.objects.filter(role="subtitles").update(facts={"language": "en", "label": "English"})
    RenditionSet.objects.filter(pk=found.pk).update(tags={"chapters": [{"start": 3, "title": "Two"}]})
    return RenditionSet.objects.get(pk=found.pk)


def encoding(found: RenditionSet) -> Encoding:
    return Encoding.objects.select_related("live__asset").get(live=found)


def playable(found: RenditionSet, viewer: str = "") -> Playable:
    visitor = delivery.Visitor(RequestFactory().get("/"), viewer=viewer)
    return delivery.playback(encoding(found), visitor).playable(title="A lecture", key="lecture-17")


def addresses(given: Playable) -> list[str]:
    own = [given.poster, given.storyboard, given.waveform, given.again]
    kept = [source.keep for source in given.sources]
    return [*(source.url for source in given.sources), *kept, *(track.url for track in given.tracks), *own]


def test_in_a_public_page_nothing_ends_and_all_of_it_works(
    client: Client, film: RenditionSet, public: May
) -> None:
    given = playable(film)
    start = f"/media/{encoding(film).pk}"
    names = ["master-m.m3u8", "progressive-480p.mp4", "download.mp3"]
    assert [source.url for source in given.sources] == [f"{start}/{name}" for name in names]
    assert (given.poster, given.waveform) == (f"{start}/poster.webp", f"{start}/waveform.json")
    assert (given.storyboard, given.again) == (f"{start}/storyboard.vtt", f"{start}/playback.json")
    assert [(track.url, track.language, track.label) for track in given.tracks] == [
        (f"{start}/subtitles-en.vtt", "en", "English")
    ]
    assert (given.kind, given.width, given.height, given.duration) == ("video", 640, 360, 90)
    assert [(chapter.seconds, chapter.title) for chapter in given.chapters] == [(3, "Two")]
    assert {client.get(address).status_code for address in addresses(given)} == {200, 302}
    assert playable(film) == given


def test_what_is_for_some_is_named_by_grants_alone(client: Client, film: RenditionSet, lecture: May) -> None:
    lecture.add(("17", "user:5"))
    given = playable(film, "user:5")
    *files, again = addresses(given)
    assert all(address.startswith("/media/play/") for address in files)
    assert {client.get(address).status_code for address in files} == {200, 302}
    assert client.get(again).status_code == 403, "it asks who somebody is"
    lecture.clear()
    assert {client.get(address).status_code for address in files} == {403}
    with pytest.raises(PermissionDenied):
        playable(film, "user:5")


def test_the_pictures_of_a_storyboard_are_named_by_links_that_keep_their_piece(
    client: Client, film: RenditionSet, public: May
) -> None:
    text = client.get(playable(film).storyboard).content.decode()
    [cue] = [line for line in text.splitlines() if "xywh" in line]
    picture, _, piece = cue.partition("#")
    assert piece == "xywh=0,0,160,90"
    assert picture.startswith("/media/play/")
    assert picture.endswith(".jpg")
    assert client.get(picture).status_code == 302


def test_files_are_called_by_what_they_are(film: RenditionSet) -> None:
    assert sorted(name_of(file) for file in film.renditions.delivered()) == [
        "audio-aac.m4a",
        "download.mp3",
        "master-m.m3u8",
        "playlist-aac.m3u8",
        "poster.webp",
        "progressive-480p.mp4",
        "sprite-sprite-0.jpg",
        "storyboard.vtt",
        "subtitles-en.vtt",
        "waveform.json",
    ]


def test_the_player_offers_the_file_to_keep(film: RenditionSet, public: May) -> None:
    page = render_to_string("components/player.html", {"playable": playable(film)})
    assert f'href="/media/{encoding(film).pk}/progressive-480p.mp4?download"' in page
    assert f'data-again="/media/{encoding(film).pk}/playback.json"' in page
    assert "X-Amz-" not in page


def test_an_image_is_not_played(client: Client, signed_in: Any, author: User) -> None:
    picture = factories.image()
    made = RenditionSet.objects.create(asset=picture, profile="image", recipe="0" * 64)
    shown = Encoding.objects.create(asset=picture, profile="image", wanted=made, live=made)
    assert signed_in(author).get(f"/media/{shown.pk}/playback.json").status_code == 404


# --- the desk and the policy ---------------------------------------------------------------------------------------


def sources(header: str, directive: str) -> list[str]:
    [found] = [part.split()[1:] for part in header.split(";") if part.split()[0] == directive]
    return found


def test_a_page_with_a_player_may_read_from_the_regions_in_use(
    client: Client, settings: Any, frankfurt: Region, tokyo: Region, ohio: Region
) -> None:
    Region.objects.filter(pk=frankfurt.pk).update(endpoint="https://s3.example.org:9000/path")
    Region.objects.filter(pk=tokyo.pk).update(distribution="https://d1.cloudfront.net/")
    Region.objects.filter(pk=ohio.pk).update(endpoint="https://elsewhere.example", enabled=False)

    @delivery.plays_media
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("a player")

    request = RequestFactory().get("/")
    answer: Any = ContentSecurityPolicyMiddleware(page)(request)
    header = answer["Content-Security-Policy"]
    for directive in ("media-src", "img-src", "connect-src"):
        found = sources(header, directive)
        assert {"https://s3.example.org:9000", "https://d1.cloudfront.net"} < set(found)
        assert "https://elsewhere.example" not in found
        assert len(found) == len(set(found))
    assert "d1.cloudfront.net" not in "".join(sources(header, "script-src"))
    assert "https://d1.cloudfront.net" not in settings.SECURE_CSP["media-src"]


def test_the_desk_plays_it_by_links_of_ours(
    signed_in: Any, author: User, film: RenditionSet, held: Held, frankfurt: Region
) -> None:
    Region.objects.filter(pk=frankfurt.pk).update(endpoint="https://s3.example.org")
    held(film, frankfurt)
    browser = signed_in(author)
    answer = browser.get(reverse("admin:media_pipeline_recording_change", args=[film.asset_id]))
    page = answer.content.decode()
    assert "https://s3.example.org" in sources(answer["Content-Security-Policy"], "media-src")
    [master] = re.findall(r'<source src="([^"]+)" type="application/vnd.apple.mpegurl"', page)
    assert master.startswith("/media/play/")
    assert browser.get(master).status_code == 200
    assert f'href="/media/{encoding(film).pk}/subtitles-en.vtt"' in page
    assert "bare" not in page
    assert "X-Amz-" not in page
    first = browser.get(f"/media/{encoding(film).pk}/playback.json").json()["choices"][0]
    assert first["region"] == "frankfurt"
    assert first["check"].startswith("https://s3.example.org/")
    User.objects.filter(pk=author.pk).update(is_staff=False)
    assert browser.get(master).status_code == 403
