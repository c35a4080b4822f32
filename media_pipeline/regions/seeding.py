"""The regions that the settings name: their rows, and their buckets."""

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.text import slugify

from core import work
from media_pipeline import storage
from media_pipeline.models import Region, RegionCopy
from media_pipeline.regions import buckets, wanted
from media_pipeline.regions.problems import PROBLEMS, sentence

PLACES = [
    ("Oregon", 45.84, -119.7, "us-west-2"),
    ("Ohio", 39.96, -83.0, "us-east-2"),
    ("São Paulo", -23.55, -46.63, "sa-east-1"),
    ("Frankfurt", 50.11, 8.68, "eu-central-1"),
    ("Cape Town", -33.92, 18.42, "af-south-1"),
    ("Mumbai", 19.08, 72.88, "ap-south-1"),
    ("Tokyo", 35.68, 139.69, "ap-northeast-1"),
    ("Sydney", -33.87, 151.21, "ap-southeast-2"),
]
KNOWN = {
    *("name", "slug", "latitude", "longitude", "bucket", "code", "endpoint", "credentials"),
    *("distribution", "weight", "enabled"),
}


MAKING = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})  # somebody waits


class Nonsense(ValueError):
    """MEDIA_REGIONS names something that cannot be a region; the message has a sentence for each."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What came of a region's bucket: `made`, or there already, or else a `problem` in a sentence."""

    region: Region
    made: bool = False
    problem: str = ""


def eight() -> list[dict[str, Any]]:
    """The regions of a site that names none. Only AWS has these places: at another service the buckets lie beside each other."""
    return [
        {
            "name": name,
            "latitude": latitude,
            "longitude": longitude,
            "bucket": f"{settings.S3_BUCKET}-{slugify(name)}",
            "code": settings.S3_REGION if settings.S3_ENDPOINT_URL else code,
        }
        for name, latitude, longitude, code in PLACES
    ]


@transaction.atomic
def seed() -> list[Region]:
    """Make the rows that are named and not there, all or none; one that is there stays as it is. Those made.

    Raises Nonsense.
    """
    named = eight() if settings.MEDIA_REGIONS is None else settings.MEDIA_REGIONS
    there = set(Region.objects.values_list("slug", flat=True))
    made, problems = [], []
    for number, entry in enumerate(named, 1):
        slug = entry.get("slug") or slugify(entry["name"])
        if slug in there:
            continue
        region = Region(**{"code": settings.S3_REGION, **_known(entry), "slug": slug})
        if found := [*_problems(entry, region)]:
            problems.append(f"MEDIA_REGIONS, entry {number} ({entry['name']}): {' '.join(found)}")
            continue
        there.add(slug)
        region.save()
        made.append(region)
    if problems:
        raise Nonsense("\n".join(problems))
    return made


def make_buckets(regions: Iterable[Region]) -> Iterator[Bucket]:
    """Each region's bucket, made if there is none, all at once; in the order given."""
    with ThreadPoolExecutor(buckets.THREADS) as pool:
        yield from pool.map(make_bucket, regions)


def make_bucket(region: Region) -> Bucket:
    """Private, and readable by the pages of any site with a signed address; also rules that are missing are made."""
    try:
        client = buckets.client(region, MAKING)
        made = storage.make_bucket(client, region.bucket, region.code)
        if made or not _has_rules(client, region.bucket):
            client.put_bucket_cors(Bucket=region.bucket, CORSConfiguration={"CORSRules": [storage.READING]})
    except PROBLEMS as error:
        return Bucket(region, problem=sentence(region, error))
    return Bucket(region, made)


def fill(region: Region) -> None:
    """A bucket that was made a moment ago is empty, whatever is known of an earlier one of that name."""
    region.copies.exclude(state=RegionCopy.State.MISSING).update(
        state=RegionCopy.State.MISSING, etag="", next_try_at=Now()
    )
    work.enqueue(wanted.SYNC, str(region.pk))


def _has_rules(client: Any, bucket: str) -> bool:
    try:
        client.get_bucket_cors(Bucket=bucket)
    except ClientError as error:
        if storage.code_of(error) == "NoSuchCORSConfiguration":
            return False
        raise
    return True


def _known(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name in KNOWN}


def _problems(entry: dict[str, Any], region: Region) -> Iterator[str]:
    if unknown := entry.keys() - KNOWN:
        yield f"It says {', '.join(sorted(unknown))}, which no region has; known are {', '.join(sorted(KNOWN))}."
    numbers = (entry.get("latitude"), entry.get("longitude"), entry.get("weight", 1))
    if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
        yield "A place and a weight are finite numbers."
    try:
        region.full_clean()
    except ValidationError as error:
        for field, sentences in error.message_dict.items():
            yield " ".join(sentences) if field == "__all__" else f"{field}: {' '.join(sentences)}"
