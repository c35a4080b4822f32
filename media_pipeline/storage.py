"""The S3 bucket behind `default_storage`: writing objects into it, and making it where there is none."""

import json

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

_MISSING = ("NoSuchBucket", "404")
_REFUSED = ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch")


class StorageUnavailable(Exception):
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


def ensure_bucket() -> bool:
    """Make the bucket, open for reading, if it does not exist yet; True if it was made. An existing one is left alone.

    Raises StorageUnavailable.
    """
    client = default_storage.connection.meta.client  # type: ignore[attr-defined]
    try:
        if _exists():
            return False
        elsewhere = {"LocationConstraint": settings.S3_REGION}
        place = {} if settings.S3_REGION == "us-east-1" else {"CreateBucketConfiguration": elsewhere}
        client.create_bucket(Bucket=settings.S3_BUCKET, **place)
        client.put_bucket_policy(Bucket=settings.S3_BUCKET, Policy=json.dumps(_readable_images()))
        client.put_bucket_cors(Bucket=settings.S3_BUCKET, CORSConfiguration={"CORSRules": [_READING]})
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable(_sentence(error)) from error
    return True


_READING = {
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedOrigins": ["*"],
    "AllowedHeaders": ["*"],
    "MaxAgeSeconds": 86_400,
}


def _exists() -> bool:
    client = default_storage.connection.meta.client  # type: ignore[attr-defined]
    try:
        client.head_bucket(Bucket=settings.S3_BUCKET)
    except ClientError as error:
        if _code(error) in _MISSING:
            return False
        raise
    return True


def _readable_images() -> dict[str, object]:
    images = f"arn:aws:s3:::{settings.S3_BUCKET}/images/*"
    reading = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": images}
    return {"Version": "2012-10-17", "Statement": [reading]}


def _code(error: Exception) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def _sentence(error: Exception) -> str:
    where = settings.S3_ENDPOINT_URL or f"S3 in {settings.S3_REGION}"
    if _code(error) in _MISSING:
        return f"The bucket {settings.S3_BUCKET} does not exist at {where}: run `manage.py prepare_storage`."
    if _code(error) in _REFUSED:
        return (
            f"{where} refuses our keys: check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and the bucket's rights."
        )
    return f"The file storage ({where}) does not answer as it should: {error}"
