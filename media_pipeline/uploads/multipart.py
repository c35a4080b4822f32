"""S3's multipart uploads: the parts under `uploads/`, from the first to the object that they make."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from boto3.s3.transfer import TransferConfig
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as Disconnected
from botocore.response import StreamingBody
from django.conf import settings

from media_pipeline import storage
from media_pipeline.models import Upload
from media_pipeline.storage import code_of, translated
from media_pipeline.uploads.limits import MIB, URL_SECONDS

# For whoever waits for a page, and for what a storage may think about for minutes
_QUICK = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})
_PATIENT = Config(connect_timeout=3, read_timeout=180, retries={"total_max_attempts": 1})
_COPYING = TransferConfig(use_threads=False, multipart_threshold=256 * MIB, multipart_chunksize=256 * MIB)
MOST_BROKEN = 10  # answers, while one object is read


class Gone(Exception):
    """The storage has no such multipart upload: it was completed, stopped, or thrown away after a time."""


@dataclass(frozen=True)
class Part:
    etag: str
    size: int  # bytes
    sha256: str  # base64; "" where a storage does not tell


def digest(content: bytes) -> str:
    """SHA-256 as S3 writes it, in base64."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def begin(upload: Upload) -> str:
    """The storage's id of a new multipart upload. Quick, or StorageUnavailable."""
    with translated():
        made = quick().create_multipart_upload(**_place(upload), ChecksumAlgorithm="SHA256")
    return str(made["UploadId"])


def address(upload: Upload, number: int, sha256: str) -> str:
    """Where one part may be PUT for the next minutes: exactly its length, and only bytes with this hash (base64).

    Whoever sends it adds the header `x-amz-checksum-sha256`. Asks nobody.
    """
    bound = {"ContentLength": upload.length_of(number), "ChecksumSHA256": sha256}
    part = _place(upload) | {"UploadId": upload.s3_upload, "PartNumber": number} | bound
    return str(quick().generate_presigned_url("upload_part", Params=part, ExpiresIn=URL_SECONDS))


def send(upload: Upload, number: int, content: bytes) -> str:
    """Send one part from here; its hash (base64). Raises StorageUnavailable."""
    sha256 = digest(content)
    with translated():
        storage.client().upload_part(
            **_place(upload),
            UploadId=upload.s3_upload,
            PartNumber=number,
            Body=content,
            ChecksumSHA256=sha256,
        )
    return sha256


def listed(upload: Upload, client: Any = None) -> dict[int, Part]:
    """The parts that are there. Raises Gone or StorageUnavailable."""
    if not upload.s3_upload:  # its beginning was killed
        raise Gone
    with translated(), _gone():
        pages = (client or storage.client()).get_paginator("list_parts")
        told = pages.paginate(**_place(upload), UploadId=upload.s3_upload)
        return {
            part["PartNumber"]: Part(part["ETag"], part["Size"], part.get("ChecksumSHA256", ""))
            for page in told
            for part in page.get("Parts", [])
        }


def complete(upload: Upload, parts: dict[int, Part]) -> None:
    """Make one object of the parts. Raises Gone or StorageUnavailable."""
    told = [
        {"PartNumber": number, "ETag": part.etag} | ({"ChecksumSHA256": part.sha256} if part.sha256 else {})
        for number, part in sorted(parts.items())
    ]
    with translated(), _gone():
        _client_of(_PATIENT).complete_multipart_upload(
            **_place(upload), UploadId=upload.s3_upload, MultipartUpload={"Parts": told}
        )


def contents(upload: Upload) -> Iterator[bytes]:
    """The bytes of the finished object, part by part, as they are: an altered object may have other lengths.

    It is asked for once, and again from the next part on when the answer breaks off. Raises StorageUnavailable.
    """
    number, broken = 1, 0
    with translated():
        while number <= upload.part_count:
            try:
                for content in _from(upload, number):
                    yield content
                    number += 1
            except (Disconnected, HTTPClientError, IncompleteReadError):
                broken += 1
                if broken > MOST_BROKEN:
                    raise


def _from(upload: Upload, first: int) -> Iterator[bytes]:
    wanted = f"bytes={(first - 1) * upload.part_bytes}-"
    body = _client_of(_PATIENT).get_object(**_place(upload), Range=wanted)["Body"]
    with closing(body):
        for number in range(first, upload.part_count + 1):
            yield _read(body, upload.length_of(number))


def _read(body: StreamingBody, length: int) -> bytes:
    """So many bytes, or fewer at the true end: only a read that gives nothing tells whether the answer broke off."""
    content: bytes = body.read(length)
    while len(content) < length and (more := body.read(length - len(content))):
        content += more
    return content


def copy(upload: Upload, key: str, content_type: str, tell: Callable[[], None]) -> None:
    """Copy the finished object to its place, within the storage. Raises StorageUnavailable."""
    extra = {"ContentType": content_type, "MetadataDirective": "REPLACE"}
    with translated():
        _client_of(_PATIENT).copy(
            _place(upload),
            settings.S3_BUCKET,
            key,
            ExtraArgs=extra,
            Callback=lambda _: tell(),
            Config=_COPYING,
        )


def forget(upload: Upload, client: Any = None) -> None:
    """Remove the parts and the object. What is not there is no error. Raises StorageUnavailable."""
    asked = client or storage.client()
    with translated():
        if upload.s3_upload:
            abort(asked, upload.key, upload.s3_upload)
        asked.delete_object(**_place(upload))


def abort(client: Any, key: str, s3_upload: str) -> None:
    """boto3's errors pass, but that there is no such upload."""
    try:
        client.abort_multipart_upload(Bucket=settings.S3_BUCKET, Key=key, UploadId=s3_upload)
    except ClientError as error:
        if code_of(error) != "NoSuchUpload":
            raise


def quick() -> Any:
    """A client that gives up within some six seconds."""
    return _client_of(_QUICK)


def _client_of(patience: Config) -> Any:
    options = settings.STORAGES["default"]["OPTIONS"]  # type: ignore[index]
    names = ("endpoint_url", "region_name", "access_key", "secret_key")
    return _client(patience, *(options[name] for name in names))


@lru_cache(maxsize=8)
def _client(patience: Config, endpoint: str | None, region: str, key: str | None, secret: str | None) -> Any:
    return Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=settings.S3_CLIENT.merge(patience),
    )


def _place(upload: Upload) -> dict[str, str]:
    return {"Bucket": settings.S3_BUCKET, "Key": upload.key}


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if code_of(error) == "NoSuchUpload":
            raise Gone from error
        raise
