"""The S3 bucket behind `default_storage`: writing objects into it, and making it where there is none."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.work import Transient

MISSING = ("NoSuchBucket", "404")
REFUSED = ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch")


class StorageUnavailable(Transient):
    """The object storage did not do what was asked; the message is a sentence for a person."""


def put(key: str, content: bytes, content_type: str) -> None:
    """Write one object. It is there, whole, when this returns.

    Raises StorageUnavailable.
    """
    file = ContentFile(content, name=key)
    file.content_type = content_type  # type: ignore[attr-defined]  # django-storages would guess it from the key
    try:
        default_storage.save(key, file)
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise StorageUnavailable(_sentence(error)) from error


def put_file(
    key: str, path: Path, content_type: str, tell: Callable[[], None] = lambda: None, *, shared: bool = False
) -> None:
    """Write an object of any size from a file; `tell` is called now and then, and may raise to give up.

    `shared`: caches between us and a reader may keep it. What is signed outlives its address there.
    Raises StorageUnavailable.
    """
    who = "public" if shared else "private"
    extra = {"ContentType": content_type, "CacheControl": f"{who}, max-age=31536000, immutable"}
    with translated():
        client().upload_file(
            str(path),
            settings.S3_BUCKET,
            key,
            ExtraArgs=extra,
            Callback=lambda _: tell(),
            Config=_IN_THIS_THREAD,
        )


def fetch(key: str, path: Path, tell: Callable[[], None] = lambda: None, *, bucket: str = "") -> None:
    """Read an object into a file; as `put_file`. `bucket` empty means ours."""
    with translated():
        client().download_file(
            bucket or settings.S3_BUCKET, key, str(path), Callback=lambda _: tell(), Config=_IN_THIS_THREAD
        )


def size_of(key: str, *, bucket: str = "") -> int | None:
    """How many bytes an object has; None if there is none."""
    with translated():
        try:
            return int(client().head_object(Bucket=bucket or settings.S3_BUCKET, Key=key)["ContentLength"])
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchKey"):
                return None
            raise


def keys(prefix: str) -> Iterator[str]:
    with translated():
        for found in default_storage.bucket.objects.filter(Prefix=prefix):  # type: ignore[attr-defined]
            yield found.key


def remove(keys: Iterable[str]) -> None:
    """Delete objects; what is not there is no error."""
    with translated():
        for some in batched(keys, 1000, strict=False):
            gone = {"Objects": [{"Key": key} for key in some], "Quiet": True}
            client().delete_objects(Bucket=settings.S3_BUCKET, Delete=gone)


def client() -> Any:
    """boto3's client of the bucket's place, in this thread."""
    return default_storage.connection.meta.client  # type: ignore[attr-defined]


@contextmanager
def translated() -> Iterator[None]:
    """What boto3 raises becomes StorageUnavailable."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise StorageUnavailable(_sentence(error)) from error


def ensure_bucket() -> bool:
    """Make the bucket, open for reading, if it does not exist yet; True if it was made. An existing one is left alone.

    Raises StorageUnavailable.
    """
    with translated():
        if not make_bucket(client(), settings.S3_BUCKET, settings.S3_REGION):
            return False
        client().put_bucket_policy(Bucket=settings.S3_BUCKET, Policy=json.dumps(_readable_images()))
        client().put_bucket_cors(Bucket=settings.S3_BUCKET, CORSConfiguration=cors())
    return True


def make_bucket(client: Any, bucket: str, code: str) -> bool:
    """Make a bucket that nobody else can read, if there is none; True if it was made. Raises what boto3 raises."""
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) not in MISSING:
            raise
    else:
        return False
    place = {} if code == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": code}}
    client.create_bucket(Bucket=bucket, **place)
    return True


_IN_THIS_THREAD = TransferConfig(use_threads=False)  # whoever is told may ask the database, and may give up
READING = {
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedOrigins": ["*"],
    "AllowedHeaders": ["*"],
    "MaxAgeSeconds": 86_400,
}


def cors() -> dict[str, list[dict[str, object]]]:
    """The bucket's rules for browsers: anybody reads, the desk's pages send parts of uploads."""
    sending = {
        "AllowedMethods": ["PUT"],
        "AllowedOrigins": [settings.SITE_URL],
        "AllowedHeaders": ["content-type", "x-amz-checksum-sha256"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3_600,
    }
    return {"CORSRules": [READING, sending]}


def takes_uploads() -> bool:
    """Whether the bucket's rules let this site's pages send something. Raises StorageUnavailable."""
    with translated():
        try:
            rules = client().get_bucket_cors(Bucket=settings.S3_BUCKET)["CORSRules"]
        except ClientError as error:
            if code_of(error) == "NoSuchCORSConfiguration":
                return False
            raise
    return any(
        "PUT" in rule["AllowedMethods"] and {"*", settings.SITE_URL} & set(rule["AllowedOrigins"])
        for rule in rules
    )


def _readable_images() -> dict[str, object]:
    images = f"arn:aws:s3:::{settings.S3_BUCKET}/images/*"
    reading = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": images}
    return {"Version": "2012-10-17", "Statement": [reading]}


def code_of(error: Exception) -> str:
    """S3's own name of an error: "NoSuchUpload", "404"; "" if it is none of S3's."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def _sentence(error: Exception) -> str:
    where = settings.S3_ENDPOINT_URL or f"S3 in {settings.S3_REGION}"
    if code_of(error) in MISSING:
        return f"The bucket {settings.S3_BUCKET} does not exist at {where}: run `manage.py prepare_storage`."
    if code_of(error) in REFUSED:
        return (
            f"{where} refuses our keys: check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and the bucket's rights."
        )
    return f"The file storage ({where}) does not answer as it should: {error}"
