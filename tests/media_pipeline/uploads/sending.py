"""What a browser does with an upload, in a few lines: sounds of any length, parts put where they are signed for."""

import io
import itertools
import random
import urllib.error
import urllib.request
import wave
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import F
from django.test import Client

from core import work
from core.models import Work
from media_pipeline import storage
from media_pipeline.encoding.steps import Step
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.uploads import lifecycle, multipart

PART = 5 * 2**20
UPLOADS = "/admin/media_pipeline/mediaasset/uploads/"
_seeds = itertools.count(1)


def one_step(asset: Any, profile: Any, tags: dict[str, Any]) -> Sequence[Step]:
    return [Step("one", {"profile": profile.name, "tags": tags}, lambda bench: [])]


def sound(size: int, seed: int | None = None) -> bytes:
    """A WAV of about `size` bytes of noise; another one each time."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(44_100)
        out.writeframes(random.Random(seed or next(_seeds) * 7919).randbytes(size // 4 * 4))
    return file.getvalue()


def parts_of(content: bytes) -> dict[int, bytes]:
    return {start // PART + 1: content[start : start + PART] for start in range(0, len(content), PART)}


def put(address: str, content: bytes, sha256: str | None = None) -> int:
    """The storage's answer to a browser that puts this there."""
    headers = {"x-amz-checksum-sha256": multipart.digest(content) if sha256 is None else sha256}
    asked = urllib.request.Request(address, content, headers, method="PUT")
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def begun(size: int, **more: Any) -> Upload:
    told: dict[str, Any] = {"name": "sound.wav", "size": size, "created_by": None}
    return lifecycle.begin(**told | more)


def sent(content: bytes, **more: Any) -> Upload:
    """All parts are there; nobody has said that it is complete."""
    upload = begun(len(content), **more)
    for number, part in parts_of(content).items():
        lifecycle.arrived(upload, {number: multipart.send(upload, number, part)})
    return upload


def completed(content: bytes, **more: Any) -> Upload:
    upload = sent(content, **more)
    lifecycle.complete(upload)
    return upload


def work_through() -> None:
    """Whatever is due is done here, the leases of the dead being over; encodes are left alone."""
    mine = Work.objects.filter(kind__in=["media.check_upload", "media.tidy", "media.sweep_uploads"])
    mine.filter(state="running").update(lease_until=F("created_at"))
    mine.filter(state="waiting").update(next_try_at=F("created_at"))
    for row in mine.filter(state__in=["waiting", "running"]).order_by("pk"):
        work.run(row.pk)


def standing(upload: Upload) -> tuple[str, str]:
    upload.refresh_from_db()
    return upload.state, upload.problem


def asset_of(upload: Upload) -> MediaAsset:
    assert upload.asset
    return upload.asset


def in_storage(upload: Upload) -> tuple[int | None, bool]:
    """The size of the object under `uploads/`, and whether parts are kept there."""
    try:
        multipart.listed(upload)
    except multipart.Gone:
        return storage.size_of(upload.key), False
    return storage.size_of(upload.key), True


def stored(key: str) -> bytes:
    body: bytes = storage.client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"].read()
    return body


def say(client: Client, path: str, said: Any, method: str = "post") -> Any:
    return getattr(client, method)(UPLOADS + path, said, content_type="application/json")
