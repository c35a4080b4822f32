"""Files that a command brings."""

import hashlib
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from core.work import Permanent
from media_pipeline.models import Encoding, MediaAsset, Upload
from media_pipeline.storage import StorageUnavailable
from media_pipeline.uploads import Refused, bring, multipart
from tests.media_pipeline.uploads.sending import (
    PART,
    asset_of,
    in_storage,
    sound,
    standing,
    stored,
    work_through,
)
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.wav"
    path.write_bytes(sound(2 * PART + 1000))
    return path


def test_a_file_becomes_an_asset(talk: Path, author: Any) -> None:
    heard: list[int] = []
    upload = bring(talk, name="A talk.wav", tags={"title": "A talk"}, created_by=author, tell=heard.append)
    assert (upload.state, sum(heard), len(heard)) == ("checking", talk.stat().st_size, 3)
    work_through()
    assert standing(upload) == ("done", "")
    assert stored(asset_of(upload).key) == talk.read_bytes()
    assert Encoding.objects.get().tags == {"title": "A talk"}


def test_known_bytes_are_not_sent_again(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(talk, name="a")
    work_through()
    monkeypatch.setattr(multipart, "begin", lambda upload: pytest.fail("it was sent again"))
    again = bring(talk, name="b", tags={"title": "Another"})
    assert (again.state, again.asset) == ("done", MediaAsset.objects.get())
    assert Encoding.objects.get().tags == {"title": "Another"}


def test_known_bytes_refuse_a_profile_that_does_not_fit(talk: Path) -> None:
    bring(talk, name="a")
    work_through()
    with pytest.raises(Permanent, match="cannot be made of audio"):
        bring(talk, name="b", profile="video")
    assert Upload.objects.count() == 1


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    with pytest.raises(Refused, match="The file is empty"):
        bring(tmp_path / "empty.mp3", name="empty.mp3")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("change", [b"", b"longer" * PART])
def test_a_file_that_changes_meanwhile_is_not_brought(
    talk: Path, monkeypatch: pytest.MonkeyPatch, change: bytes
) -> None:
    send = multipart.send

    def changing(*told: Any) -> str:
        talk.write_bytes(sound(1000) + change)
        return send(*told)

    monkeypatch.setattr(multipart, "send", changing)
    with pytest.raises(Refused):
        bring(talk, name="a")
    upload = Upload.objects.get()
    assert (upload.state, in_storage(upload)) == ("stopped", (None, False))


def test_without_a_storage_nothing_is_left(talk: Path) -> None:
    with changed_storage(endpoint_url="http://127.0.0.1:9"), pytest.raises(StorageUnavailable):
        bring(talk, name="a")
    assert not Upload.objects.exists()


def test_memory_is_that_of_a_part(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(sound(12 * PART))
    tracemalloc.start()
    upload = bring(path, name="long.wav")
    work_through()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert standing(upload)[0] == "done"
    assert asset_of(upload).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert peak < 5 * PART
