"""What a player is answered, and what somebody is who is none."""

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest
import urllib3
from django.conf import settings as site
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import Work
from media_pipeline.delivery import signing
from media_pipeline.delivery.grants import Grant
from media_pipeline.models import Encoding, MediaAsset, Region, Rendition, RenditionSet
from tests import factories
from tests.media_pipeline.delivery.conftest import Held

pytestmark = pytest.mark.django_db

type May = set[tuple[str, str]]
GERMAN = "193.99.144.80"


def encoding(found: RenditionSet) -> Encoding:
    return found.live_for.get()


def address(found: RenditionSet, name: str) -> str:
    return f"/media/{encoding(found).pk}/{name}"


def of(found: RenditionSet, role: str) -> Rendition:
    return found.renditions.get(role=role, name__in=["m", "aac", "mp3", "en"])


def link(found: RenditionSet, role: str = "download", viewer: str = "", **told: Any) -> str:
    values: dict[str, Any] = {
        "encoding": encoding(found).pk,
        "set": found.pk,
        "without": (),
        "until": int(time.time()) + 900,
    }
    file = of(found, role)
    return f"/media/play/{Grant(viewer=viewer, **values | told)}/{file.pk}.{file.key.rpartition('.')[2]}"


def choices(client: Client, found: RenditionSet, query: str = "", **more: Any) -> list[Any]:
    answer = client.get(address(found, "playback.json") + query, REMOTE_ADDR=GERMAN, **more)
    assert answer.status_code == 200, answer.content
    told: list[Any] = answer.json()["choices"]
    return told


def storage(url: str, method: str = "GET") -> urllib3.BaseHTTPResponse:
    return urllib3.request(method, url, redirect=False, retries=False)


def bucket(location: str) -> str:
    return urlsplit(location).path.split("/")[1]


# --- from where it may be played -------------------------------------------------------------------------------


def test_a_player_is_told_from_where_best_first(
    client: Client, found: RenditionSet, public: May, held: Held, frankfurt: Region, tokyo: Region
) -> None:
    held(found, frankfurt, tokyo)
    answer = client.get(address(found, "playback.json"), REMOTE_ADDR=GERMAN)
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = answer.json()["choices"]
    assert [choice["region"] for choice in told] == ["frankfurt", "tokyo", "origin"]
    for choice, region in zip(told, (frankfurt.bucket, tokyo.bucket, site.S3_BUCKET), strict=True):
        assert [source["type"] for source in choice["sources"]] == [
            "application/vnd.apple.mpegurl",
            "audio/mpeg",
        ]
        assert bucket(choice["check"]) == region
        assert all(source["url"].startswith("/media/play/") for source in choice["sources"])
    assert storage(told[-1]["check"]).status == 200


def test_each_choice_leads_where_it_says_all_the_way_down(
    client: Client,
    found: RenditionSet,
    public: May,
    held: Held,
    frankfurt: Region,
    tokyo: Region,
    ohio: Region,
) -> None:
    held(found, frankfurt, tokyo, ohio)
    buckets = {region.slug: region.bucket for region in (frankfurt, tokyo, ohio)} | {"origin": site.S3_BUCKET}
    for choice in choices(client, found):
        master, whole = (source["url"] for source in choice["sources"])
        playlist = urljoin(master, client.get(master).content.decode().split()[-1])
        audio = urljoin(playlist, client.get(playlist).content.decode().split()[-1])
        for url in (whole, audio):
            there = client.get(url, REMOTE_ADDR=GERMAN)
            assert there.status_code == 302
            assert bucket(there["Location"]) == buckets[choice["region"]]


def test_what_has_failed_is_not_offered_again_until_all_have(
    client: Client, found: RenditionSet, public: May, held: Held, frankfurt: Region, tokyo: Region
) -> None:
    held(found, frankfurt, tokyo)

    def told(query: str) -> list[str]:
        return [choice["region"] for choice in choices(client, found, query)]

    assert told("?not=frankfurt") == ["tokyo", "origin"]
    assert told("?not=frankfurt&not=tokyo") == ["origin"]
    assert told("?not=frankfurt&not=tokyo&not=origin") == ["frankfurt", "tokyo", "origin"]
    [first, second, _] = choices(client, found, "?not=frankfurt&not=tokyo&not=origin")
    for choice, region in ((first, frankfurt), (second, tokyo)):
        there = client.get(choice["sources"][1]["url"], REMOTE_ADDR=GERMAN)
        assert bucket(there["Location"]) == region.bucket


@pytest.mark.parametrize(
    "query",
    [
        "?" + "&".join(f"not=r{number}" for number in range(10_000)),
        "?not=" + "x" * 4000,
        "?not=%00&not=..%2F&not=nowhere&not=",
        "?not[]=frankfurt&no=frankfurt&NOT=frankfurt",
    ],
)
def test_nonsense_about_failures_changes_nothing(
    client: Client, found: RenditionSet, public: May, held: Held, frankfurt: Region, query: str
) -> None:
    held(found, frankfurt)
    assert [choice["region"] for choice in choices(client, found, query)] == ["frankfurt", "origin"]
    assert not Work.objects.exists()


def test_a_region_that_somebody_names_is_looked_at_once(
    client: Client, found: RenditionSet, public: May, held: Held, frankfurt: Region
) -> None:
    held(found, frankfurt)
    for _ in range(3):
        choices(client, found, "?not=frankfurt")
    assert Work.objects.get().kind == "media.probe_regions"
    assert [choice["region"] for choice in choices(client, found)] == ["frankfurt", "origin"]


# --- who may -----------------------------------------------------------------------------------------------------


def test_who_may_not_have_it_gets_none_of_its_addresses(
    client: Client, signed_in: Any, found: RenditionSet, lecture: May, reader: User, stranger: User
) -> None:
    lecture.add(("17", f"user:{reader.pk}"))
    names = ["playback.json", "master-m.m3u8", "playlist-aac.m3u8", "download.mp3", "subtitles-en.vtt"]
    for who, status in ((client, 403), (signed_in(stranger), 403), (signed_in(reader), 200)):
        answers = [who.get(address(found, name)) for name in names]
        assert [status if answer.status_code == 302 else answer.status_code for answer in answers] == [
            status
        ] * 5
        if status == 403:
            assert {answer.content for answer in answers} == {b"This recording is not open to you."}
            assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_a_link_works_for_whoever_has_it_as_long_as_its_viewer_may(
    client: Client, found: RenditionSet, lecture: May
) -> None:
    mine = link(found, viewer="user:5")
    assert client.get(mine).status_code == 403
    lecture.add(("17", "user:5"))
    assert client.get(mine).status_code == 302
    lecture.clear()
    assert client.get(mine).status_code == 403


def test_the_links_of_who_may_not_any_more_die_within_minutes(
    client: Client, found: RenditionSet, lecture: May, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "MINUTES", 2)
    lecture.add(("17", "user:5"))
    mine = link(found, "audio", viewer="user:5")
    last = client.get(mine)["Location"]
    assert parse_qs(urlsplit(last).query)["X-Amz-Expires"] == ["2"]
    lecture.clear()
    refused = client.get(mine)
    assert (refused.status_code, refused.content) == (403, b"This recording is not open to you any more.")
    assert storage(last).status == 200
    time.sleep(3.1)
    assert storage(last).status == 403


def test_the_desk_plays_what_belongs_to_anybody(signed_in: Any, author: User, found: RenditionSet) -> None:
    assert choices(signed_in(author), found)[0]["region"] == "origin"
    assert signed_in(author).get(address(found, "download.mp3")).status_code == 302


def test_staff_who_owe_their_second_factor_are_readers_here(
    signed_in: Any, author: User, found: RenditionSet, settings: Any
) -> None:
    settings.STAFF_MFA_REQUIRED = True
    assert signed_in(author).get(address(found, "playback.json")).status_code == 403


# --- grants ------------------------------------------------------------------------------------------------------


def test_a_dead_link_says_so_and_nothing_else(client: Client, found: RenditionSet, public: May) -> None:
    answer = client.get(link(found, until=int(time.time()) - 1))
    assert (answer.status_code, answer.content) == (
        403,
        b"This link is not valid any more. Load the page again.",
    )
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("grant", ["x", "a.b", "." * 3000, "%00", "W10.x", "é"])
def test_a_forged_grant_opens_nothing(client: Client, found: RenditionSet, public: May, grant: str) -> None:
    file = of(found, "download")
    assert client.get(f"/media/play/{grant}/{file.pk}.mp3").status_code == 403


def test_only_reading_is_answered_and_only_under_the_files_own_name(found: RenditionSet, public: May) -> None:
    client, mine = Client(enforce_csrf_checks=True), link(found)
    for url in (mine, f"/media/{found.live_for.get().pk}/playback.json"):
        assert client.post(url).status_code == 405
    assert client.get(mine.replace(".mp3", ".mp4")).status_code == 404


def test_a_grant_of_one_set_opens_no_file_of_another(
    client: Client, found: RenditionSet, public: May
) -> None:
    other = of(factories.stored(owner="lecture:17"), "download")
    mine = link(found)
    assert client.get(re.sub(r"/\d+\.mp3$", f"/{other.pk}.mp3", mine)).status_code == 404
    for number in ("0", "9" * 18, "9" * 400, "1" * 5000):
        assert client.get(re.sub(r"/\d+\.mp3$", f"/{number}.mp3", mine)).status_code == 404


def test_what_is_only_worked_with_has_no_address(client: Client, found: RenditionSet, public: May) -> None:
    bare = found.renditions.get(role="bare")
    assert client.get(re.sub(r"/\d+\.mp3$", f"/{bare.pk}.mp3", link(found))).status_code == 404
    assert client.get(address(found, "bare-mp3.mp3")).status_code == 404
    assert client.get(address(found, "bare.mp3")).status_code == 404


def test_who_is_watching_stays_with_the_set_while_it_is_there(
    client: Client, found: RenditionSet, public: May
) -> None:
    watching = [link(found), link(found, "playlist")]
    newer = factories.stored(owner="lecture:18")
    Encoding.objects.filter(pk=encoding(found).pk).update(wanted=newer, live=newer)
    RenditionSet.objects.filter(pk=found.pk).update(retired_at=timezone.now() - timedelta(minutes=1))
    assert [client.get(one).status_code for one in watching] == [302, 200]
    found.renditions.all().delete()
    assert [client.get(one).status_code for one in watching] == [404, 404]


def test_a_link_ends_with_its_encoding(client: Client, found: RenditionSet, public: May) -> None:
    mine = link(found)
    encoding(found).delete()
    assert client.get(mine).status_code == 404


def test_a_link_of_another_key_of_the_site_is_none(
    client: Client, found: RenditionSet, public: May, settings: Any
) -> None:
    told = Signer(key="another", salt="media_pipeline.delivery", sep=".").sign_object(
        [encoding(found).pk, found.pk, "", [], int(time.time()) + 100]
    )
    assert client.get(f"/media/play/{told}/{of(found, 'download').pk}.mp3").status_code == 403


# --- what a link answers -----------------------------------------------------------------------------------------


def test_a_file_is_a_short_lived_way_to_the_storage(
    client: Client, found: RenditionSet, public: May, held: Held, frankfurt: Region
) -> None:
    held(found, frankfurt)
    answer = client.get(link(found, "audio"))
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "private, max-age=240"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert "Vary" not in answer.headers
    there = urlsplit(answer["Location"])
    assert there.path == f"/{frankfurt.bucket}/{of(found, 'audio').key}"
    assert parse_qs(there.query)["X-Amz-Expires"] == ["300"]


@pytest.mark.parametrize(("viewer", "seconds"), [("", 3 * 3600), ("user:5", 15 * 60)])
def test_the_way_to_a_whole_file_lasts_as_it_is_asked_for_once(
    client: Client, found: RenditionSet, public: May, lecture: May, viewer: str, seconds: int
) -> None:
    lecture.add(("17", "user:5"))
    MediaAsset.objects.filter(pk=found.asset_id).update(duration=2 * 3600)
    way = urlsplit(client.get(link(found, viewer=viewer))["Location"])
    assert parse_qs(way.query)["X-Amz-Expires"] == [str(seconds)]


def test_a_playlist_names_links_by_the_same_grant(client: Client, found: RenditionSet, public: May) -> None:
    mine = link(found, "playlist")
    answer = client.get(mine)
    audio = of(found, "audio")
    child = f"{audio.pk}.m4a"  # beside it, so by the same grant
    assert answer.content.decode() == f'#EXTM3U\n#EXT-X-MAP:URI="{child}"\n{child}\n'
    assert answer.headers["Content-Type"] == "application/x-mpegurl"
    assert answer.headers["Cache-Control"] == "private, max-age=240"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(mine).content == answer.content


def test_a_region_that_goes_down_while_somebody_plays_is_left_for_the_next(
    client: Client, found: RenditionSet, public: May, held: Held, frankfurt: Region, tokyo: Region
) -> None:
    held(found, frankfurt, tokyo)
    mine = link(found)
    assert bucket(client.get(mine, REMOTE_ADDR=GERMAN)["Location"]) == frankfurt.bucket
    Region.objects.filter(pk=frankfurt.pk).update(down_since=timezone.now())
    assert bucket(client.get(mine, REMOTE_ADDR=GERMAN)["Location"]) == tokyo.bucket
    Region.objects.filter(pk=tokyo.pk).update(enabled=False)
    last = client.get(mine, REMOTE_ADDR=GERMAN)["Location"]
    assert bucket(last) == site.S3_BUCKET
    assert storage(last).status == 200


# --- addresses that stay -----------------------------------------------------------------------------------------


def test_a_public_file_has_an_address_for_everybody_that_stays(
    client: Client, found: RenditionSet, public: May
) -> None:
    stays = address(found, "download.mp3")
    answer = client.get(stays)
    assert answer.status_code == 302
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    assert "Vary" not in answer.headers
    assert storage(answer["Location"]).data == storage(client.get(stays)["Location"]).data
    newer = factories.stored()
    Encoding.objects.filter(pk=encoding(found).pk).update(wanted=newer, live=newer)
    assert of(newer, "download").key in client.get(stays)["Location"]


def test_head_is_answered_with_a_way_for_head(client: Client, found: RenditionSet, public: May) -> None:
    for where in (address(found, "download.mp3"), link(found)):
        answer = client.head(where)
        assert (answer.status_code, answer.content) == (302, b"")
        assert storage(answer["Location"], "HEAD").status == 200
    for where in (address(found, "master-m.m3u8"), address(found, "playback.json"), link(found, "master")):
        answer = client.head(where)
        assert (answer.status_code, answer.content) == (200, b"")


def test_a_public_playlist_stays_with_its_set(client: Client, found: RenditionSet, public: May) -> None:
    text = client.get(address(found, "master-m.m3u8")).content.decode()
    child = text.split()[-1]
    assert child.startswith("/media/play/")
    assert client.get(child).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "download.m4a",
        "download-mp3.mp3",
        "mp3.mp3",
        "DOWNLOAD.mp3",
        "poster.webp",
        "download.mp3.mp3",
        "%00.mp3",
        "..%2Fdownload.mp3",
        "é.mp3",
        "playback.xml",
        "x" * 4000 + ".mp3",
        "download",
        "",
    ],
)
def test_other_names_are_not_there(client: Client, found: RenditionSet, public: May, name: str) -> None:
    assert client.get(address(found, name)).status_code == 404


@pytest.mark.parametrize("number", ["0", "99999", "9" * 20, "9" * 400, "9" * 5000, "-1", "1.0", "٣"])
def test_an_encoding_that_nobody_has_is_not_there(client: Client, db: None, number: str) -> None:
    assert client.get(f"/media/{number}/playback.json").status_code == 404
    assert client.get(f"/media/{number}/download.mp3").status_code == 404


def test_what_is_not_ready_yet_is_not_there(client: Client, found: RenditionSet, public: May) -> None:
    Encoding.objects.update(live=None)
    assert client.get(address_of_none(found)).status_code == 404


def address_of_none(found: RenditionSet) -> str:
    return f"/media/{found.wanted_by.get().pk}/playback.json"


@pytest.mark.parametrize(
    ("title", "disposition"),
    [
        ("Episode 1", 'attachment; filename="Episode 1.mp3"'),
        ("Ärger", "attachment; filename*=utf-8''%C3%84rger.mp3"),
        ('a"b\\c', 'attachment; filename="c.mp3"'),
        ("../../etc/pass\r\nSet-Cookie: a=b", 'attachment; filename="pass Set-Cookie: a=b.mp3"'),
        ("\u202eexe.mp", 'attachment; filename="exe.mp.mp3"'),
        ("\n", 'attachment; filename="recording-{}.mp3"'),
        (None, 'attachment; filename="recording-{}.mp3"'),
    ],
)
def test_it_is_kept_under_its_title(
    client: Client, found: RenditionSet, public: May, title: str | None, disposition: str
) -> None:
    RenditionSet.objects.filter(pk=found.pk).update(tags={"title": title} if title is not None else {})
    for where in (address(found, "download.mp3"), link(found)):
        there = client.get(where + "?download")["Location"]
        [asked] = parse_qs(urlsplit(there).query)["response-content-disposition"]
        assert asked == disposition.format(found.asset_id)
        assert storage(there).status == 200
        assert "disposition" not in unquote(client.get(where)["Location"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_else_is_done_here(client: Client, found: RenditionSet, public: May, method: str) -> None:
    for where in (address(found, "playback.json"), address(found, "download.mp3"), link(found)):
        assert client.generic(method, where).status_code == 405


# --- what it costs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 8])
def test_so_many_questions_to_the_database(
    signed_in: Any,
    found: RenditionSet,
    lecture: May,
    reader: User,
    held: Held,
    many: int,
    django_assert_num_queries: Any,
) -> None:
    held(found, *[factories.region(f"region-{number}") for number in range(many)])
    lecture.add(("17", f"user:{reader.pk}"))
    browser, player = signed_in(reader), Client()
    asked = [
        (browser, address(found, "playback.json"), 4),  # user, encoding, files, regions
        (browser, address(found, "download.mp3"), 4),
        (player, link(found, viewer=f"user:{reader.pk}"), 2),  # file with its encoding's owner, regions
        (player, link(found, "playlist", viewer=f"user:{reader.pk}"), 2),  # the same, and its set's files
    ]
    for who, where, queries in asked:
        with django_assert_num_queries(queries):
            assert who.get(where).status_code in (200, 302)


def test_no_answer_asks_the_storage(
    client: Client,
    found: RenditionSet,
    public: May,
    held: Held,
    frankfurt: Region,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held(found, frankfurt)

    def refuse(*_: Any) -> None:
        raise AssertionError("somebody asks the storage")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", refuse)
    asked = ["playback.json", "download.mp3", "master-m.m3u8", "subtitles-en.vtt"]
    assert [client.get(address(found, name)).status_code for name in asked] == [200, 302, 200, 302]
    assert client.get(link(found)).status_code == 302
