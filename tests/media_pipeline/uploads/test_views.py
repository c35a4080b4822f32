"""What a browser may ask of an upload: one's own, exactly what is meant, and never more bytes than were declared."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from media_pipeline.models import Upload
from media_pipeline.uploads import multipart
from media_pipeline.uploads.limits import MOST_BYTES, MOST_OPEN
from tests.harness.servers import BlackHole
from tests.media_pipeline.uploads.sending import (
    PART,
    UPLOADS,
    begun,
    completed,
    in_storage,
    parts_of,
    put,
    say,
    sent,
    sound,
    standing,
    work_through,
)
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db
DIGEST = multipart.digest(b"")
NO_TOKEN = "6d3f1fc6-8f0a-4a4e-9d6f-000000000000"


@pytest.fixture
def desk(author: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(author)


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["problem"]


def test_a_file_goes_its_way(desk: Client, author: User) -> None:
    content = sound(PART + 1000)
    answer = say(desk, "", {"name": "talk.wav", "bytes": len(content)})
    assert answer.status_code == 201
    upload = answer.json()
    assert (upload["part_bytes"], upload["part_count"], upload["parts"], upload["state"]) == (
        PART,
        2,
        {},
        "sending",
    )
    for number, part in parts_of(content).items():
        told = {"parts": [{"number": number, "sha256": multipart.digest(part)}]}
        address = say(desk, f"{upload['token']}/addresses/", told).json()["addresses"][str(number)]
        assert put(address, part) == 200
        assert say(desk, f"{upload['token']}/parts/", told).status_code == 204
    assert say(desk, f"{upload['token']}/completion/", {}).json()["words"] == "Waiting to be checked."
    row = Upload.objects.get(created_by=author)
    assert desk.get(f"{UPLOADS}unfinished/").json()["uploads"][0]["state"] == "checking"
    work_through()
    told = desk.get(f"{UPLOADS}{row.token}/").json()
    row.refresh_from_db()
    assert told["asset"] == {
        "id": row.asset_id,
        "kind": "audio",
        "name": "talk",
        "url": f"/admin/media_pipeline/recording/{row.asset_id}/change/",
    }
    assert desk.get(f"{UPLOADS}unfinished/").json() == {"uploads": []}


def test_an_address_takes_exactly_the_part_that_it_was_signed_for(desk: Client, author: User) -> None:
    content = sound(PART + 1000)
    upload = begun(len(content), created_by=author)
    first, last = parts_of(content).values()
    told = {"parts": [{"number": 2, "sha256": multipart.digest(last)}]}
    address = say(desk, f"{upload.token}/addresses/", told).json()["addresses"]["2"]
    spoilt, signed = last[:-1] + b"?", multipart.digest(last)
    assert put(address, last[:-1], signed) == 403, "shorter"
    assert put(address, last + b"more", signed) == 403, "longer"
    assert put(address, spoilt, signed) == 400, "other bytes"
    assert put(address, spoilt) == 403, "another hash"
    assert put(address, first) == 403, "another part"
    assert put(address.replace("partNumber=2", "partNumber=1"), last) == 403, "another number"
    assert put(address, last) == 200
    assert list(multipart.listed(upload)) == [2]


def test_the_policy_of_the_pages_lets_them_send_there(author: User) -> None:
    where = urlsplit(multipart.address(begun(5, created_by=author), 1, DIGEST))
    for what in ("connect-src", "img-src", "media-src"):
        assert f"{where.scheme}://{where.netloc}" in settings.SECURE_CSP[what]


@pytest.mark.parametrize(
    "said",
    [
        {"bytes": "12"},
        {"bytes": 1.5},
        {"bytes": True},
        {"bytes": None},
        {"bytes": [1]},
        {"name": 7},
        {"name": "x" * 4097},
        {"name": ""},
        {"profile": 1},
        {"created_by": 1},
        {"token": NO_TOKEN},
    ],
)
def test_what_is_not_meant_is_refused(desk: Client, said: dict[str, Any]) -> None:
    answer = say(desk, "", {"name": "a.wav", "bytes": 100} | said)
    assert answer.status_code == 400, answer.content
    assert answer.json()["problem"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (0, "The file is empty."),
        (-1, "The file is empty."),
        (MOST_BYTES + 1, "The file is larger than 20 GB."),
        (10**30, "The file is larger than 20 GB."),
    ],
)
def test_a_file_has_a_size(desk: Client, size: int, sentence: str) -> None:
    assert problem(say(desk, "", {"name": "a.wav", "bytes": size})) == (422, sentence)
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"name": "a", "bytes": NaN}',
        b'{"name": "a", "name": "b", "bytes": 1}',
        b'{"name": "a", "bytes": ' + b"9" * 5000 + b"}",
        b"[" * 10_000,
        b'{"a":' * 10_000,
    ],
)
def test_what_is_no_json_is_refused(desk: Client, body: bytes) -> None:
    answer = desk.post(UPLOADS, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["problem"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\a.mp4", "a.mp4"),
        ("a\0b.mp4", "a b.mp4"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\ud800x.mp4", "x.mp4"),
        ("<img onerror=alert(1)>.mp4", "<img onerror=alert(1)>.mp4"),
        ("ф" * 4000, "ф" * 200),
        ("/", ""),
    ],
)
def test_a_name_is_only_shown(desk: Client, name: str, shown: str) -> None:
    answer = say(desk, "", json.dumps({"name": name, "bytes": 100}))
    assert answer.status_code == 201
    upload = Upload.objects.get()
    assert (upload.name, upload.key) == (shown, f"uploads/{upload.token}")


def test_a_profile_is_one_that_there_is(desk: Client) -> None:
    status, sentence = problem(say(desk, "", {"name": "a.wav", "bytes": 100, "profile": "../x"}))
    assert (status, sentence.partition(";")[0]) == (422, "There is no profile of this name")


PARTS = [
    {"parts": []},
    {"parts": {}},
    {"parts": [1]},
    {"parts": [{"number": 1}]},
    {"parts": [{"number": 0, "sha256": DIGEST}]},
    {"parts": [{"number": -1, "sha256": DIGEST}]},
    {"parts": [{"number": 10_001, "sha256": DIGEST}]},
    {"parts": [{"number": 10**30, "sha256": DIGEST}]},
    {"parts": [{"number": "1", "sha256": DIGEST}]},
    {"parts": [{"number": True, "sha256": DIGEST}]},
    {"parts": [{"number": 1, "sha256": "x"}]},
    {"parts": [{"number": 1, "sha256": DIGEST[:-1] + "\n"}]},
    {"parts": [{"number": 1, "sha256": "é" * 44}]},
    {"parts": [{"number": 1, "sha256": None}]},
    {"parts": [{"number": 1, "sha256": DIGEST, "etag": "x"}]},
    {"parts": [{"number": 1, "sha256": DIGEST}] * 101},
    {},
]


@pytest.mark.parametrize("where", ["addresses", "parts"])
def test_parts_are_what_parts_are(desk: Client, author: User, where: str) -> None:
    upload = begun(2 * PART, created_by=author)
    for said in PARTS:
        answer = say(desk, f"{upload.token}/{where}/", said)
        assert answer.status_code == 400, said
        assert answer.json()["problem"]
    more = {"parts": [{"number": 3, "sha256": DIGEST}]}
    assert problem(say(desk, f"{upload.token}/{where}/", more)) == (
        422,
        "The parts of this upload are numbered 1 to 2.",
    )
    upload.refresh_from_db()
    assert upload.parts == {}


def test_nothing_is_complete_before_all_parts_are_there(desk: Client, author: User) -> None:
    content = sound(PART + 1000)
    upload = begun(len(content), created_by=author)
    assert problem(say(desk, f"{upload.token}/completion/", {})) == (409, "2 of 2 parts have not arrived.")
    assert standing(upload) == ("sending", "")


def test_what_is_being_checked_takes_no_parts(desk: Client, author: User) -> None:
    upload = completed(sound(5000), created_by=author)
    told = {"parts": [{"number": 1, "sha256": DIGEST}]}
    gone = (409, "This upload is not being sent any more: being checked.")
    assert problem(say(desk, f"{upload.token}/addresses/", told)) == gone
    assert problem(say(desk, f"{upload.token}/parts/", told)) == gone
    assert say(desk, f"{upload.token}/completion/", {}).status_code == 202, "saying it twice is no error"
    assert say(desk, f"{upload.token}/resumption/", {}).json()["state"] == "checking"


# --- whose ------------------------------------------------------------------------------------------------------------


def asked(client: Client, upload: Upload) -> dict[str, int]:
    told = {"parts": [{"number": 1, "sha256": DIGEST}]}
    place = f"{upload.token}/"
    return {
        "state": client.get(UPLOADS + place).status_code,
        "addresses": say(client, f"{place}addresses/", told).status_code,
        "parts": say(client, f"{place}parts/", told).status_code,
        "resumption": say(client, f"{place}resumption/", {}).status_code,
        "completion": say(client, f"{place}completion/", {}).status_code,
        "stop": say(client, place, {}, "delete").status_code,
    }


def test_another_ones_upload_is_not_there(
    other_author: User, author: User, signed_in: Callable[[User], Client]
) -> None:
    upload = begun(100, created_by=author)
    assert set(asked(signed_in(other_author), upload).values()) == {404}
    assert signed_in(other_author).get(f"{UPLOADS}unfinished/").json() == {"uploads": []}
    assert standing(upload) == ("sending", "")


def test_whoever_edits_all_may_stop_it(
    editor: User, author: User, signed_in: Callable[[User], Client]
) -> None:
    upload = begun(100, created_by=author)
    assert signed_in(editor).get(f"{UPLOADS}unfinished/").json() == {"uploads": []}, (
        "only one's own are listed"
    )
    assert asked(signed_in(editor), upload) == {
        "state": 200,
        "addresses": 200,
        "parts": 204,
        "resumption": 200,
        "completion": 409,
        "stop": 200,
    }
    assert standing(upload) == ("stopped", "")


def test_without_the_right_to_add_there_is_nothing(
    newcomer: User, author: User, signed_in: Callable[[User], Client]
) -> None:
    upload = begun(100, created_by=newcomer)
    client = signed_in(newcomer)
    assert set(asked(client, upload).values()) == {403}
    assert client.get(UPLOADS).status_code == 403
    assert say(client, "", {"name": "a", "bytes": 1}).status_code == 403


def test_a_form_of_another_site_begins_nothing(author: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(author)
    answer = client.post(
        UPLOADS, '{"name": "a", "bytes": 1}', content_type="text/plain", headers={"origin": "null"}
    )
    assert answer.status_code == 403
    assert not Upload.objects.exists()


def test_the_wrong_method_is_told(desk: Client, author: User) -> None:
    upload = begun(100, created_by=author)
    for path in ("addresses/", "parts/", "resumption/", "completion/"):
        assert desk.get(f"{UPLOADS}{upload.token}/{path}").status_code == 405
    assert desk.post(f"{UPLOADS}{upload.token}/").status_code == 405
    assert desk.post(f"{UPLOADS}unfinished/").status_code == 405
    assert desk.delete(UPLOADS).status_code == 405


def test_nobody_has_too_many_at_once(desk: Client, author: User) -> None:
    for _ in range(MOST_OPEN):
        Upload.objects.create(bytes=1, part_bytes=PART, created_by=author)
    said = {"name": "a.wav", "bytes": 1}
    assert problem(say(desk, "", said))[0] == 409
    Upload.objects.filter(pk=Upload.objects.first().pk).update(state="stopped")  # type: ignore[union-attr]
    assert say(desk, "", said).status_code == 201


# --- going on, stopping ---------------------------------------------------------------------------------------------------


def test_whoever_goes_on_gets_what_is_really_there(desk: Client, author: User) -> None:
    content = sound(2 * PART + 1000)
    upload = begun(len(content), created_by=author)
    parts = parts_of(content)
    multipart.send(upload, 1, parts[1])  # arrived, but the tab was closed before it could say so
    multipart.send(upload, 3, b"cut off")
    lost = {"parts": [{"number": 2, "sha256": multipart.digest(parts[2])}]}
    say(desk, f"{upload.token}/parts/", lost)
    told = say(desk, f"{upload.token}/resumption/", {}).json()
    assert told["parts"] == {"1": multipart.digest(parts[1])}


def test_what_the_storage_has_thrown_away_begins_anew(desk: Client, author: User) -> None:
    upload = sent(sound(5000), created_by=author)
    multipart.forget(upload)
    assert problem(say(desk, f"{upload.token}/resumption/", {})) == (
        409,
        "What was sent is not there any more. Begin anew.",
    )
    assert standing(upload) == ("stopped", "")


def test_what_is_stopped_is_gone_at_once(desk: Client, author: User) -> None:
    upload = sent(sound(5000), created_by=author)
    assert say(desk, f"{upload.token}/", {}, "delete").json()["state"] == "stopped"
    assert in_storage(upload) == (None, False)
    assert say(desk, f"{upload.token}/", {}, "delete").status_code == 200, "twice is no error"


def test_what_is_in_the_library_is_not_stopped(desk: Client, author: User) -> None:
    upload = completed(sound(5000), created_by=author)
    work_through()
    assert problem(say(desk, f"{upload.token}/", {}, "delete")) == (409, "It is in the library already.")
    assert standing(upload) == ("done", "")


@pytest.mark.soak
def test_a_storage_that_is_away_is_told_at_once(desk: Client, author: User) -> None:
    upload = sent(sound(5000), created_by=author)
    with BlackHole() as hole, changed_storage(endpoint_url=f"http://127.0.0.1:{hole.port}"):
        began = time.monotonic()
        status, sentence = problem(say(desk, "", {"name": "a.wav", "bytes": 1}))
        assert status == 503
        assert "does not answer as it should" in sentence
        assert say(desk, f"{upload.token}/resumption/", {}).status_code == 503
        assert desk.get(f"{UPLOADS}unfinished/").status_code == 200
        assert say(desk, f"{upload.token}/", {}, "delete").json()["state"] == "stopped"
        assert time.monotonic() - began < 20
    assert Upload.objects.count() == 1
    assert in_storage(upload) == (None, True), "the sweep's business"


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_says_what_it_needs(desk: Client) -> None:
    page = desk.get(UPLOADS)
    assert page.status_code == 200
    assert "<code>manage.py ingest</code>" in page.content.decode()
    assert "private" in page.headers["Cache-Control"]


def test_a_new_recording_begins_with_its_file(desk: Client) -> None:
    answer = desk.get("/admin/media_pipeline/recording/add/")
    assert answer.headers["Location"] == UPLOADS


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_database_once(
    desk: Client, author: User, many: int, django_assert_num_queries: Any
) -> None:
    for _ in range(many):
        sent(sound(500), created_by=author)
        completed(sound(500), created_by=author)
    desk.get(UPLOADS)
    with django_assert_num_queries(5):
        assert len(desk.get(f"{UPLOADS}unfinished/").json()["uploads"]) == 2 * many
