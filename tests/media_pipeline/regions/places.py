"""Regions with real buckets at the storage of the tests, and what lies in them."""

import hashlib
from typing import Any

from django.conf import settings

from media_pipeline.models import Region, RegionCopy
from media_pipeline.regions import buckets, wanted
from tests import factories

STORAGE = settings.S3_ENDPOINT_URL  # itself, whatever line a test has put before it
EIGHT = ["oregon", "ohio", "sao-paulo", "frankfurt", "cape-town", "mumbai", "tokyo", "sydney"]


def place(slug: str = "frankfurt", **fields: Any) -> Region:
    """A region with an empty bucket."""
    region = factories.region(slug, **fields)
    if region.bucket not in {one["Name"] for one in _client().list_buckets()["Buckets"]}:
        _client().create_bucket(Bucket=region.bucket)
    for key in keys(region):
        remove(region, key)
    return region


def keys(region: Region) -> list[str]:
    """Of all that lies in its bucket."""
    pages = _client().get_paginator("list_objects_v2").paginate(Bucket=region.bucket)
    return [one["Key"] for page in pages for one in page.get("Contents", [])]


def lying(region: Region) -> dict[str, bytes]:
    """Everything in its bucket."""
    return {key: read(region.bucket, key) for key in keys(region)}


def read(bucket: str, key: str) -> bytes:
    content: bytes = _client().get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def at_origin(key: str) -> bytes:
    return read(settings.S3_BUCKET, key)


def overwrite(region: Region, key: str, content: bytes) -> None:
    _client().put_object(Bucket=region.bucket, Key=key, Body=content)


def rot_at_origin(key: str) -> None:
    """Other bytes, as many."""
    _client().put_object(Bucket=settings.S3_BUCKET, Key=key, Body=b"x" * len(at_origin(key)))


def remove(region: Region, key: str) -> None:
    _client().delete_object(Bucket=region.bucket, Key=key)


def remove_from_origin(key: str) -> None:
    _client().delete_object(Bucket=settings.S3_BUCKET, Key=key)


def _client() -> Any:
    return buckets.client(Region(endpoint=STORAGE))


def untrue() -> list[str]:
    """What is said to be verified, and is not there byte for byte."""
    wrong = []
    for region in Region.objects.filter(copies__state="verified").distinct():
        there = lying(region)
        wrong += [
            f"{region}: {copy.key}"
            for copy in region.copies.verified()
            if hashlib.sha256(there.get(copy.key, b"")).hexdigest() != copy.sha256
        ]
    return wrong


def all_there() -> None:
    """Every enabled region is said to hold everything. Whether it is true: `untrue`."""
    for standing in wanted.status():
        assert (standing.missing, standing.wrong) == (0, 0), standing
    assert not RegionCopy.objects.filter(claimed_until__isnull=False).exists()


def counts(region: Region) -> tuple[int, int, int]:
    """Objects, missing, wrong."""
    told = {standing.pk: standing for standing in wanted.status()}[region.pk]
    return told.objects, told.missing, told.wrong
