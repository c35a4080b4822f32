"""What nobody finishes is removed: uploads untouched for a day, refused ones after a week, strays in the storage."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from core import work
from core.clock import database_now
from core.work import Run
from media_pipeline import storage
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.storage import translated
from media_pipeline.uploads import multipart

UNTOUCHED = timedelta(days=1)
KEPT = timedelta(days=7)  # what was refused, and the rows of what is over
YOUNG = timedelta(hours=1)  # strays that may still be somebody's

State = Upload.State
OVER = (State.DONE, State.STOPPED)
PLACE = "uploads/"
OURS = (PLACE, "originals/", "renditions/", "images/")


def ask() -> None:
    """The clock's part: a worker does it, as it waits for the storage."""
    work.enqueue("media.sweep_uploads", "all")


def sweep(run: Run) -> None:
    """The work `media.sweep_uploads`."""
    for upload in Upload.objects.filter(state=State.SENDING, changed_at__lt=Now() - UNTOUCHED):
        _unless_taken_up_again(upload)
        run.check()
    over = Upload.objects.filter(state__in=[State.REFUSED, State.STOPPED], changed_at__lt=Now() - KEPT)
    for upload in over:
        multipart.forget(upload)
        upload.delete()
        run.check()
    _abort_strays()
    storage.remove(_stray_objects())
    for sha256 in _stray_originals():
        work.enqueue("media.tidy", sha256)


def _unless_taken_up_again(upload: Upload) -> None:
    untouched = Upload.objects.filter(pk=upload.pk, state=State.SENDING, changed_at=upload.changed_at)
    if untouched.update(state=State.STOPPED, parts={}, changed_at=Now()):
        multipart.forget(upload)


def _abort_strays() -> None:
    """Parts of uploads that are over or unknown, and of copies whose process was killed.

    Also those of a second start that the storage made while we heard nothing of the first.
    """
    now, client = database_now(), storage.client()
    for found in _pages("list_multipart_uploads", "Uploads", ""):
        ours = _rows(one["Key"] for one in found)
        for one in found:
            patience = YOUNG if one["Key"].startswith(PLACE) else UNTOUCHED
            if not one["Key"].startswith(OURS):  # a bucket may hold other people's things too
                continue
            if now - one["Initiated"] > patience and not _is_of(ours.get(one["Key"]), one["UploadId"]):
                with translated():
                    multipart.abort(client, one["Key"], one["UploadId"])


def _is_of(upload: Upload | None, s3_upload: str) -> bool:
    return upload is not None and upload.s3_upload == s3_upload and upload.state not in OVER


def _stray_objects() -> Iterator[str]:
    young = database_now() - YOUNG
    for found in _pages("list_objects_v2", "Contents", PLACE):
        old = [one["Key"] for one in found if one["LastModified"] < young]
        ours = _rows(old)
        yield from (key for key in old if key not in ours or ours[key].state in OVER)


def _stray_originals() -> Iterator[str]:
    """The hashes of copies whose asset was never made."""
    old = database_now() - UNTOUCHED
    for found in _pages("list_objects_v2", "Contents", "originals/"):
        hashes = {one["Key"].rpartition("/")[2] for one in found if one["LastModified"] < old}
        yield from hashes - set(MediaAsset.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))


def _pages(question: str, answer: str, prefix: str) -> Iterator[list[dict[str, Any]]]:
    with translated():
        pages = storage.client().get_paginator(question)
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=prefix):
            yield page.get(answer, [])


def _rows(keys: Any) -> dict[str, Upload]:
    tokens = [token for key in keys if (token := _token(key))]
    return {upload.key: upload for upload in Upload.objects.filter(token__in=tokens)}


def _token(key: str) -> UUID | None:
    try:
        return UUID(key.removeprefix(PLACE))
    except ValueError:
        return None
