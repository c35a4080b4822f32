"""`manage.py ingest` and `transcode_folder`: files come in, and the terminal says what became of them."""

import io
import math
import os
import signal
import struct
import time
import wave
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core import faults
from core.models import Work
from core.work import Permanent
from media_pipeline import following, storage
from media_pipeline.management.commands import transcode_folder
from media_pipeline.models import Encoding, MediaAsset, Transcript, Upload
from tests.harness.children import until
from tests.harness.threads import beside

pytestmark = pytest.mark.django_db(transaction=True)
VTT = "WEBVTT\n\n00:00.000 --> 00:00.500\nGood evening.\n"


def tone(path: Path, pitch: float | None = None) -> Path:
    """Half a second of sound that no other test has."""
    pitch = pitch or 200 + time.monotonic_ns() % 100_000 / 100
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = (round(8000 * math.sin(pitch * n / 8000 * 2 * math.pi)) for n in range(4000))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return tone(tmp_path / "evening talk.wav")


def ingest(*places: object, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("ingest", *map(str, places), profile="tiny", stdout=out, stderr=err, **options)
    except CommandError as error:
        err.write(f"{error}")
    return out.getvalue(), err.getvalue()


def test_a_file_comes_in_and_is_ready_when_the_command_ends(sound: Path) -> None:
    out, err = ingest(sound)
    asset = MediaAsset.objects.get()
    assert (asset.name, asset.kind) == ("evening talk", "audio")
    assert asset.duration == pytest.approx(0.5, abs=0.05)
    assert out == f"evening talk.wav: {asset.reference}, audio, 3 files of 0.0 MB\n"
    assert err == ""
    assert asset.encodings.get().live
    assert storage.size_of(asset.key) == sound.stat().st_size


def test_a_directory_is_pointed_to_the_other_command(tmp_path: Path) -> None:
    _, err = ingest(tmp_path)
    assert "transcode_folder" in err
    assert "1 of 1 could not be brought in." in err


def test_the_same_bytes_under_another_name_are_the_same_asset(sound: Path, tmp_path: Path) -> None:
    ingest(sound)
    copy = tmp_path / "another name.wav"
    copy.write_bytes(sound.read_bytes())
    ingest(copy)
    assert MediaAsset.objects.count() == 1


def test_without_waiting_the_work_is_left_to_the_workers(sound: Path) -> None:
    out, _ = ingest(sound, no_wait=True)
    assert out == "evening talk.wav: sent; a worker goes on with it.\n"
    assert not MediaAsset.objects.exists()
    assert Work.objects.get().kind == "media.check_upload"


def test_each_file_that_cannot_come_in_says_why_and_the_others_do(sound: Path, tmp_path: Path) -> None:
    text, empty = tmp_path / "notes.mp4", tmp_path / "nothing.mp3"
    text.write_text("These are only notes.\n" * 50)
    empty.touch()
    _, err = ingest(text, empty, tmp_path / "missing.mp3", sound)
    assert "notes.mp4: " in err
    assert "empty" in err
    assert f"There is no file {tmp_path / 'missing.mp3'}." in err
    assert err.endswith("3 of 4 could not be brought in.")
    assert MediaAsset.objects.count() == 1


def test_a_failed_encode_is_told_and_is_the_commands_failure(sound: Path) -> None:
    def fail() -> None:
        raise Permanent("The sound is all wrong.")

    faults.arm("encode.after_one", fail)
    _, err = ingest(sound)
    assert "evening talk.wav: The sound is all wrong." in err


def test_an_object_of_the_storage_and_an_address_come_in_too(sound: Path) -> None:
    key = f"incoming/{time.monotonic_ns()} #1?.wav"
    storage.put(key, sound.read_bytes(), "audio/wav")
    _, err = ingest(f"s3://{settings.S3_BUCKET}/{key}")
    assert err == ""
    assert "There is no object nowhere" in ingest(f"s3://{settings.S3_BUCKET}/nowhere")[1]


def test_an_address_inside_is_refused() -> None:
    for address in ("http://127.0.0.1/talk.wav", "http://169.254.169.254/latest", "http://0x7f.1/"):
        out, err = ingest(address)
        assert out == ""
        assert err.startswith(f"{address}: ")
        assert "1 of 1 could not be brought in." in err
    assert not Upload.objects.exists()


def test_whoever_presses_ctrl_c_leaves_work_that_goes_on(sound: Path) -> None:
    def stop() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

    faults.arm("encode.after_one", stop)
    _, err = ingest(sound)
    assert "Stopped waiting" in err
    row = Work.objects.get(kind="media.encode")
    assert (row.state, row.attempts) == ("waiting", 0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_whoever_presses_ctrl_c_just_as_all_is_ready_is_heard(sound: Path, monkeypatch) -> None:
    looks = following._open_work

    def press(upload: Upload) -> Work | None:
        row = looks(upload)
        if row is None:
            os.kill(os.getpid(), signal.SIGINT)
        return row

    monkeypatch.setattr(following, "_open_work", press)
    _, err = ingest(sound)
    assert "Stopped waiting" in err
    assert Encoding.objects.get().live


# --- a folder ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "01 Begin").mkdir()
    tone(tmp_path / "01 Begin" / "lecture.wav")
    (tmp_path / "01 Begin" / "lecture.vtt").write_text(VTT)
    (tmp_path / "01 Begin" / "lecture.de.vtt").write_text(VTT.replace("Good evening", "Guten Abend"))
    tone(tmp_path / "lecture2.wav")
    (tmp_path / "notes.txt").write_text("not a recording")
    (tmp_path / ".hidden.wav").write_bytes(b"RIFF....WAVE")
    return tmp_path


def run_folder(folder: Path, out: io.StringIO | None = None, **options: Any) -> str:
    out = out or io.StringIO()
    call_command("transcode_folder", folder, profile="tiny", stdout=out, stderr=out, **options)
    return out.getvalue()


def stop_once_told(out: io.StringIO, words: str) -> None:
    """Ctrl-C, once the command has written these words: no sooner is it done with what it was doing."""
    until(lambda: words in out.getvalue(), 120)
    os.kill(os.getpid(), signal.SIGINT)


def test_a_folder_comes_in_with_its_captions_and_a_second_run_does_nothing(folder: Path) -> None:
    first = run_folder(folder)
    assert first.endswith("2 new, 0 known already, 0 failed.\n")
    assert Encoding.objects.exclude(live=None).count() == 2
    lecture = MediaAsset.objects.get(name="lecture")
    assert dict(lecture.transcripts.values_list("language", "cues")) == {
        "en": [[0, 500, "", "Good evening."]],
        "de": [[0, 500, "", "Guten Abend."]],
    }
    assert run_folder(folder) == "0 new, 2 known already, 0 failed.\n"
    assert Transcript.objects.filter(version=1).count() == 2


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no directory"):
        run_folder(tmp_path / "nowhere")


@pytest.mark.soak
def test_what_is_copied_in_later_is_taken_once_it_is_whole(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(transcode_folder, "PAUSE", 0.3)
    whole = tone(folder / ".later").read_bytes()
    (folder / ".later").unlink()

    def copy_slowly() -> None:
        until(lambda: MediaAsset.objects.count() == 2, 120)
        with (folder / "later.wav").open("wb") as file:
            for begin in range(0, len(whole), 1000):
                file.write(whole[begin : begin + 1000])
                file.flush()
                time.sleep(0.05)
        stop_once_told(out, "1 new, 0 known already, 0 failed.")

    out = io.StringIO()
    with beside(copy_slowly):
        run_folder(folder, out, watch=True)
    assert "1 new, 0 known already, 0 failed." in out.getvalue()
    assert MediaAsset.objects.get(name="later").bytes == len(whole)
    assert MediaAsset.objects.count() == 3


def test_what_comes_while_the_first_are_made_is_taken_too(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(transcode_folder, "PAUSE", 0.3)

    def come() -> None:
        faults.disarm()
        tone(folder / "late.wav")

    out = io.StringIO()
    faults.arm("encode.after_one", come)
    with beside(lambda: stop_once_told(out, "1 new, 0 known already, 0 failed.")):
        run_folder(folder, out, watch=True)
    assert "1 new, 0 known already, 0 failed." in out.getvalue()
    assert MediaAsset.objects.get(name="late").encodings.exclude(live=None).exists()


def test_captions_that_come_later_are_taken_too(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(transcode_folder, "PAUSE", 0.3)
    tone(tmp_path / "talk.wav")

    def come() -> None:
        until(lambda: "Watching" in out.getvalue(), 120)
        (tmp_path / "talk.de.vtt").write_text(VTT)
        stop_once_told(out, "0 new, 1 known already, 0 failed.")

    out = io.StringIO()
    with beside(come):
        run_folder(tmp_path, out, watch=True)
    assert Transcript.objects.get().language == "de"
    assert "0 new, 1 known already, 0 failed." in out.getvalue()


def test_captions_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    tone(tmp_path / "talk.wav")
    (tmp_path / "talk.vtt").write_text("WEBVTT\n\n00:01.000 --> never\nx\n")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 could not be brought in"):
        call_command("transcode_folder", tmp_path, profile="tiny", stdout=out, stderr=out)
    assert "Line 3: " in out.getvalue()
    assert "(talk.vtt)" in out.getvalue()
    assert Encoding.objects.get().live, "the recording itself is there"


def test_captions_of_another_file_are_not_taken(tmp_path: Path) -> None:
    tone(tmp_path / "talk.wav")
    (tmp_path / "talking.vtt").write_text(VTT)
    run_folder(tmp_path)
    assert not Transcript.objects.exists()
