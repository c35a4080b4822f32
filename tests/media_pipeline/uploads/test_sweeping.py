"""What nobody finishes goes away in time, and nothing else does."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F

from core import work
from core.clock import database_now
from core.models import Work
from media_pipeline import storage
from media_pipeline.encoding.tidying import original_key
from media_pipeline.models import Upload
from media_pipeline.uploads import sweeping
from tests.media_pipeline.uploads.sending import completed, in_storage, sent, sound, standing, work_through

pytestmark = pytest.mark.django_db(transaction=True)


def aged(upload: Upload, **time: float) -> None:
    Upload.objects.filter(pk=upload.pk).update(changed_at=F("changed_at") - timedelta(**time))


def sweep() -> None:
    sweeping.ask()
    work_through()


def _tomorrow() -> Any:
    return database_now() + timedelta(days=2)


def refused() -> Upload:
    upload = completed(b"nothing that anybody could play")
    work_through()
    assert standing(upload)[0] == "refused"
    return upload


def test_unfinished_uploads_are_stopped_after_a_day() -> None:
    fresh, old = sent(sound(500)), sent(sound(500))
    aged(fresh, hours=23)
    aged(old, hours=25)
    sweep()
    assert (standing(fresh)[0], standing(old)[0]) == ("sending", "stopped")
    assert (in_storage(fresh), in_storage(old)) == ((None, True), (None, False))


def test_what_was_refused_is_kept_for_a_week() -> None:
    fresh, old = refused(), refused()
    aged(fresh, days=6)
    aged(old, days=8)
    sweep()
    assert list(Upload.objects.all()) == [fresh]
    assert in_storage(fresh)[0]
    assert storage.size_of(old.key) is None


def test_strays_are_removed_and_what_belongs_to_somebody_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [sent(sound(500)), completed(sound(500)), refused()]
    row = Work.objects.get(kind="media.check_upload", key=str(kept[1].token))
    row.next_try_at += timedelta(days=1)
    row.save()
    place = {"Bucket": settings.S3_BUCKET, "Key": f"uploads/{uuid.uuid4()}"}
    stray = storage.client().create_multipart_upload(**place)["UploadId"]
    elsewhere = place | {"Key": f"backups/{uuid.uuid4()}"}
    foreign = storage.client().create_multipart_upload(**elsewhere)["UploadId"]
    doubled = storage.client().create_multipart_upload(Bucket=settings.S3_BUCKET, Key=kept[0].key)["UploadId"]
    storage.put("uploads/not-a-token", b"?", "text/plain")
    storage.put(f"uploads/{uuid.uuid4()}", b"?", "text/plain")
    orphan = original_key(uuid.uuid4().hex * 2)
    storage.put(orphan, b"of an asset that was never made", "audio/wav")
    before = [in_storage(upload) for upload in kept]
    sweep()
    assert storage.size_of(orphan), "young strays may be somebody's"
    assert stray in _multiparts()
    monkeypatch.setattr(sweeping, "YOUNG", timedelta(seconds=-60))
    monkeypatch.setattr(sweeping, "database_now", _tomorrow)
    work.run(_asked())
    for tidy in Work.objects.filter(kind="media.tidy", state="waiting"):
        work.run(tidy.pk)
    assert storage.size_of(orphan) is None
    assert {stray, doubled, foreign} & _multiparts() == {foreign}
    assert [in_storage(upload) for upload in kept] == before
    assert not set(storage.keys("uploads/")) - {upload.key for upload in Upload.objects.all()}


def _asked() -> int:
    sweeping.ask()
    return Work.objects.get(kind="media.sweep_uploads").pk


def _multiparts() -> set[str]:
    pages = storage.client().get_paginator("list_multipart_uploads").paginate(Bucket=settings.S3_BUCKET)
    return {one["UploadId"] for page in pages for one in page.get("Uploads", [])}
