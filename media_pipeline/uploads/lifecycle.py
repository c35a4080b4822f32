"""An upload from its first byte until it is checked: begun, its parts arriving, completed - or stopped.

Whoever changes a row holds it, so that two tabs and the worker do not cross.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from core import work
from core.models import Work
from media_pipeline.encoding import PROFILES
from media_pipeline.images import display_name
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.storage import StorageUnavailable
from media_pipeline.uploads import multipart
from media_pipeline.uploads.limits import GIB, MOST_BYTES, MOST_OPEN, PART_BYTES

log = structlog.get_logger(__name__)

CHECK = "media.check_upload"
State = Upload.State


class Refused(ValueError):
    """This cannot be uploaded; the message is a sentence for whoever tries."""


class Conflict(Refused):
    """The upload is not in a state for this."""


def begin(
    *,
    name: str,
    size: int,
    created_by: User | None,
    profile: str = "",
    tags: dict[str, Any] | None = None,
    replaces: MediaAsset | None = None,
) -> Upload:
    """A new upload of `size` bytes, whose parts may be sent now. `name` is only shown.

    What `replaces` an asset is made into what is wanted of that one; `profile` and `tags` say nothing then.

    Raises Refused, or StorageUnavailable within some seconds.
    """
    check(size, profile)
    with transaction.atomic():
        if created_by:
            _room_for_one_more(created_by)
        upload = Upload.objects.create(
            name=display_name(name),
            bytes=size,
            part_bytes=PART_BYTES,
            created_by=created_by,
            profile=profile,
            tags=tags or {},
            replaces=replaces,
        )
    try:
        upload.s3_upload = multipart.begin(upload)
    except StorageUnavailable:
        upload.delete()
        raise
    Upload.objects.filter(pk=upload.pk).update(s3_upload=upload.s3_upload)
    return upload


def check(size: int, profile: str) -> None:
    """Raises Refused."""
    if size <= 0:
        raise Refused("The file is empty.")
    if size > MOST_BYTES:
        raise Refused(f"The file is larger than {MOST_BYTES // GIB} GB.")
    if profile and profile not in PROFILES:
        raise Refused(f"There is no profile of this name; there are {', '.join(sorted(PROFILES))}.")


def _room_for_one_more(user: User) -> None:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if Upload.objects.filter(created_by=user, state=State.SENDING).count() >= MOST_OPEN:
        raise Conflict(f"You have {MOST_OPEN} unfinished uploads. Finish or throw away some of them first.")


def arrived(upload: Upload, parts: dict[int, str]) -> None:
    """Write down which parts were sent, with their hashes (base64). Raises Conflict."""
    with _held(upload):
        may_send(upload, parts)
        upload.parts |= {str(number): sha256 for number, sha256 in parts.items()}
        _save(upload)


def may_send(upload: Upload, numbers: Iterable[int]) -> None:
    """Raises Refused if it has no such parts, Conflict if nobody sends it any more."""
    _still_sent(upload)
    if not all(1 <= number <= upload.part_count for number in numbers):
        raise Refused(f"The parts of this upload are numbered 1 to {upload.part_count}.")


def look_again(upload: Upload) -> None:
    """Ask the storage which parts are there, and correct our record, before somebody goes on, if it is still sent.

    Raises Conflict if it has thrown them away, or StorageUnavailable within some seconds.
    """
    if upload.state != State.SENDING:
        return
    before = dict(upload.parts)
    try:
        found = multipart.listed(upload, multipart.quick())
    except multipart.Gone as error:
        stop(upload)
        raise Conflict("What was sent is not there any more. Begin anew.") from error
    there = {str(number): part.sha256 for number, part in found.items() if _fits(upload, number, part)}
    with _held(upload):
        _still_sent(upload)
        gone = before.keys() - there.keys()
        kept = {number: sha256 for number, sha256 in upload.parts.items() if number not in gone}
        upload.parts = kept | {number: sha256 for number, sha256 in there.items() if sha256}
        _save(upload)


def _fits(upload: Upload, number: int, part: multipart.Part) -> bool:
    return 1 <= number <= upload.part_count and part.size == upload.length_of(number)


def complete(upload: Upload) -> None:
    """All is sent: have it checked. Does nothing if that was said before. Raises Conflict."""
    with _held(upload):
        if upload.state in (State.CHECKING, State.DONE):
            return
        _still_sent(upload)
        if missing := upload.missing():
            raise Conflict(f"{len(missing)} of {upload.part_count} parts have not arrived.")
        upload.state = State.CHECKING
        _save(upload)
        work.enqueue(CHECK, str(upload.token))


def stop(upload: Upload) -> None:
    """Nobody wants it any more. What it has in the storage is removed at once, or by the sweep if that is away.

    Raises Conflict if it has become an asset already.
    """
    with transaction.atomic():
        for row in Work.objects.filter(kind=CHECK, key=str(upload.token)):
            work.drop(row.pk)  # before the upload is held: so does whoever checks it
        with _held(upload):
            if upload.state == State.DONE:
                raise Conflict("It is in the library already.")
            upload.state, upload.parts = State.STOPPED, {}
            _save(upload)
    try:
        multipart.forget(upload, multipart.quick())
    except StorageUnavailable as error:
        log.warning("upload_left_to_the_sweep", upload=str(upload.token), error=str(error))


def dropped(token: str) -> None:
    """Somebody decided that it is not to be checked. The sweep removes what is in the storage."""
    Upload.objects.filter(token=token, state=State.CHECKING).update(
        state=State.STOPPED, parts={}, changed_at=Now()
    )


@contextmanager
def _held(upload: Upload) -> Iterator[None]:
    """The row as it is now, and nobody else's until the end."""
    with transaction.atomic():
        upload.refresh_from_db(from_queryset=Upload.objects.select_for_update(of=("self",)))
        yield


def _still_sent(upload: Upload) -> None:
    if upload.state != State.SENDING:
        raise Conflict(f"This upload is not being sent any more: {upload.get_state_display().lower()}.")


def _save(upload: Upload) -> None:
    upload.changed_at = Now()
    upload.save(update_fields=["state", "parts", "changed_at"])
