"""From parts in the storage to an asset, or to a sentence why not; killed anywhere, it happens once."""

import hashlib
import io
import os
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from core import faults, work
from core.models import Work
from media_pipeline import storage
from media_pipeline.encoding.tidying import original_key
from media_pipeline.models import Encoding, MediaAsset, Upload
from media_pipeline.uploads import lifecycle, multipart
from tests.harness.children import Fork
from tests.harness.cutting import CutsOff
from tests.harness.threads import in_threads
from tests.media_pipeline.uploads.sending import (
    PART,
    asset_of,
    begun,
    completed,
    in_storage,
    parts_of,
    sent,
    sound,
    standing,
    stored,
    work_through,
)
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = [
    "work.claimed",
    "upload.after_complete",
    "upload.after_read",
    "upload.after_probe",
    "upload.after_copy",
    "upload.in_commit",
    "upload.before_forget",
    "upload.end",
    "work.settled",
]


def whole(content: bytes) -> None:
    """The one asset of these bytes, as it has to be, and nothing left of how it came."""
    asset = MediaAsset.objects.get(sha256=hashlib.sha256(content).hexdigest())
    assert (asset.kind, asset.bytes, asset.content_type) == ("audio", len(content), "audio/wav")
    assert asset.duration == pytest.approx((len(content) - 44) / 4 / 44_100, abs=0.01)
    assert asset.key == original_key(asset.sha256)
    assert stored(asset.key) == content
    assert Encoding.objects.get(asset=asset).profile == "podcast"
    for upload in Upload.objects.filter(asset=asset):
        assert upload.state == "done"
        assert in_storage(upload) == (None, False)


def test_what_was_sent_becomes_an_asset(author: Any) -> None:
    content = sound(2 * PART + 1000)
    upload = completed(content, name="A long talk.wav", created_by=author)
    assert not MediaAsset.objects.exists()
    work_through()
    assert standing(upload) == ("done", "")
    assert (asset_of(upload).name, asset_of(upload).created_by) == ("A long talk", author)
    assert asset_of(upload).probe["format"] == "wav"
    whole(content)


def test_an_image_goes_the_way_of_images() -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#123456").save(out, "PNG")
    upload = completed(out.getvalue(), name="boat.png")
    work_through()
    assert standing(upload) == ("done", "")
    assert (asset_of(upload).kind, asset_of(upload).width, asset_of(upload).name) == ("image", 60, "boat")
    assert asset_of(upload).key.startswith("images/")
    assert in_storage(upload) == (None, False)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"#EXTM3U\n#EXTINF:1\nhttp://169.254.169.254/latest\n",
            "This is a playlist: it names media and holds none.",
        ),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
            "This is an SVG, which can hold scripts.",
        ),
        (b"\xff\xd8\xff\xe0 and nothing more", "The image is damaged."),
        (b"%PDF-1.7 ...", "This is a PDF, and neither sound nor video."),
        (b"\0\1\2\3" * 500, "This is neither sound nor video."),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason_and_kept_for_a_while(
    content: bytes, sentence: str
) -> None:
    upload = completed(content)
    work_through()
    state, problem = standing(upload)
    assert (state, problem.startswith(sentence)) == ("refused", True), problem
    assert in_storage(upload) == (len(content), False)
    assert not MediaAsset.objects.exists()
    assert not Work.objects.exclude(state="done").exists()


def test_a_profile_that_does_not_fit_is_refused() -> None:
    upload = completed(sound(5000), profile="video")
    work_through()
    assert standing(upload) == ("refused", "The profile “video” cannot be made of audio. Leave it out.")
    assert not MediaAsset.objects.exists()


# --- nothing but what was sent ----------------------------------------------------------------------------------------


def altered(upload: Upload, number: int, content: bytes) -> None:
    """As a part would be that somebody put there again, after we had written down the first."""
    multipart.send(upload, number, content)


def without_last(upload: Upload, content: bytes) -> None:
    """Its record says that all parts are there."""
    for number, part in parts_of(content).items():
        if number < upload.part_count:
            multipart.send(upload, number, part)
        lifecycle.arrived(upload, {number: multipart.digest(part)})


def test_a_missing_part_is_noticed() -> None:
    content = sound(2 * PART)
    upload = begun(len(content))
    without_last(upload, content)
    lifecycle.complete(upload)
    work_through()
    assert standing(upload) == (
        "refused",
        "What has arrived is not what was sent (2 parts of 3). Send it again.",
    )
    assert not MediaAsset.objects.exists()


@pytest.mark.parametrize("cut", [1, 44, PART // 2, PART - 1])
def test_a_part_cut_at_any_byte_is_noticed(cut: int) -> None:
    content = sound(PART + 500)
    upload = sent(content)
    altered(upload, 1, parts_of(content)[1][:cut])
    lifecycle.complete(upload)
    work_through()
    assert standing(upload) == ("refused", "What has arrived is not what was sent (part 1). Send it again.")
    assert not MediaAsset.objects.exists()


def test_swapped_parts_are_noticed() -> None:
    content = sound(2 * PART - 44)
    upload = sent(content)
    first, second = parts_of(content).values()
    altered(upload, 1, second)
    altered(upload, 2, first)
    lifecycle.complete(upload)
    work_through()
    assert standing(upload) == ("refused", "What has arrived is not what was sent (part 1). Send it again.")


def test_more_parts_than_declared_are_noticed() -> None:
    content = sound(PART + 500)
    upload = sent(content)
    multipart.send(upload, 3, b"more")
    lifecycle.complete(upload)
    work_through()
    assert standing(upload) == (
        "refused",
        "What has arrived is not what was sent (3 parts of 2). Send it again.",
    )


def test_an_object_altered_after_it_was_whole_is_noticed() -> None:
    content = sound(PART + 500)
    upload = completed(content)
    spoilt = content[: PART + 10] + b"?" + content[PART + 11 :]
    faults.arm("upload.after_complete", lambda: storage.put(upload.key, spoilt, "audio/wav"))
    work_through()
    assert standing(upload) == ("refused", "What has arrived is not what was sent (part 2). Send it again.")
    assert not MediaAsset.objects.exists()


def test_what_the_storage_has_thrown_away_is_told() -> None:
    upload = completed(sound(5000))
    multipart.forget(upload)
    work_through()
    assert standing(upload) == (
        "refused",
        "The storage does not have what was sent any more. Send it again.",
    )


# --- killed, doubled, away --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.soak)])
@pytest.mark.parametrize("where", POINTS)
def test_killed_anywhere_there_is_one_whole_asset_in_the_end(where: str, times: int) -> None:
    content = sound(PART + 1000)
    upload = completed(content)
    died = [_dies(where) for _ in range(times)]
    work_through()
    assert died[0], "it died where it should"
    assert standing(upload) == ("done", "")
    whole(content)


def _dies(where: str) -> bool:
    faults.arm(where, lambda: os._exit(86))
    child = Fork(call=work_through)
    faults.disarm()
    return child.wait(30) == 86


def test_the_same_bytes_at_the_same_time_are_one_asset(author: Any, editor: Any) -> None:
    content = sound(PART + 1000)
    uploads = [completed(content, created_by=person) for person in (author, editor, None)]
    rows = iter(list(Work.objects.filter(kind="media.check_upload").values_list("pk", flat=True)))
    in_threads(3, lambda: work.run(next(rows)))
    work_through()
    assert [standing(upload)[0] for upload in uploads] == ["done"] * 3
    assert MediaAsset.objects.count() == 1
    whole(content)


def test_bytes_that_come_again_ask_for_nothing_new() -> None:
    content = sound(5000)
    for tags in ({"title": "One"}, {}):
        completed(content, tags=tags)
        work_through()
    assert Encoding.objects.get().tags == {"title": "One"}
    assert MediaAsset.objects.count() == 1


def test_stopped_while_it_is_checked_nothing_is_left() -> None:
    content = sound(5000)
    upload = completed(content)
    faults.arm("upload.after_copy", lambda: lifecycle.stop(Upload.objects.get(pk=upload.pk)))
    work_through()
    faults.disarm()
    work_through()
    assert standing(upload) == ("stopped", "")
    assert in_storage(upload) == (None, False)
    assert storage.size_of(original_key(hashlib.sha256(content).hexdigest())) is None
    assert not MediaAsset.objects.exists()


def test_a_copy_that_was_removed_meanwhile_is_made_again() -> None:
    content = sound(5000)
    upload = completed(content)
    key = original_key(hashlib.sha256(content).hexdigest())
    faults.arm("upload.after_copy", lambda: storage.remove([key]))
    work_through()
    faults.disarm()
    assert standing(upload) == ("checking", "")
    work_through()
    whole(content)


def test_a_storage_that_is_away_makes_it_wait() -> None:
    content = sound(5000)
    upload = completed(content)
    with changed_storage(endpoint_url="http://127.0.0.1:9"):
        work_through()
    row = Work.objects.get(kind="media.check_upload")
    assert (row.state, row.attempts, standing(upload)[0]) == ("waiting", 0, "checking")
    assert "does not answer as it should" in row.problem
    work_through()
    whole(content)


@pytest.mark.parametrize(("cuts", "state"), [(3, "done"), (1000, "checking")])
def test_an_answer_that_breaks_off_is_asked_for_again_where_it_broke(cuts: int, state: str) -> None:
    content = sound(2 * PART + 1000)
    upload = completed(content)
    with CutsOff(settings.S3_ENDPOINT_URL, after=PART // 2, cuts=cuts) as proxy:
        with changed_storage(endpoint_url=proxy.url):
            work_through()
        assert proxy.cut >= 3
    assert standing(upload)[0] == state
    work_through()
    whole(content)


def test_work_that_an_administrator_discards_stops_the_upload() -> None:
    upload = completed(sound(5000))
    work.drop(Work.objects.get(kind="media.check_upload").pk)
    assert standing(upload) == ("stopped", "")


def test_a_check_of_nothing_does_nothing() -> None:
    work.enqueue(lifecycle.CHECK, "6d3f1fc6-8f0a-4a4e-9d6f-000000000000")
    work_through()
    assert Work.objects.get().state == "done"
