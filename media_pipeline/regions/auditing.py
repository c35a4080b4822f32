"""Looking whether what is said to be in a region is there: all of it by listing, some of it byte by byte.

A listing is a thousand keys a request. Size and ETag tell whether the bytes are still those that were verified.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db.models.functions import Now

from core.clock import database_now
from media_pipeline.encoding.keeping import CLOSED
from media_pipeline.models import Region, RegionCopy
from media_pipeline.models.regions import RegionCopyQuerySet
from media_pipeline.regions import buckets
from media_pipeline.regions.copying import (
    Different,
    Facts,
    NotCopied,
    Thing,
    answering,
    facts_of,
    greet,
    prove,
)
from media_pipeline.regions.wanted import agree

log = structlog.get_logger(__name__)

State = RegionCopy.State
SAMPLE, MOST = 20, 2 * 1024**3  # objects, bytes: what one audit reads back
PAGE = 1000  # keys that S3 lists with one request
LEFT_BEHIND = 24 * 3600  # seconds after which the parts of an unfinished upload are nobody's


@dataclass(slots=True)
class Found:
    """What an audit saw: objects there as they should be, wrong ones, missing ones, and ones that nobody wants."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    strays: int = 0


def verify(region: Region) -> Found:
    """Compare the region's bucket with the rows; what is wrong or missing is marked so, and served no more.

    What is being copied meanwhile is left alone. Raises Away, with what was seen until then written down.
    """
    agree()
    greet(region)
    began, found = database_now(), Found()
    for page in _pages(region):
        _compare(region, page, began, found)
    found.missing = _unseen(region, began).update(
        **_anew(State.MISSING), problem="It was there, and is there no more."
    )
    log.info("region_audited", region=region.slug, **{name: getattr(found, name) for name in Found.__slots__})
    return found


def sample(region: Region) -> int:
    """Read some objects back and hash them, chosen by chance; how many were not what they should be. Raises Away."""
    client, bad, read = buckets.client(region), 0, 0
    for row in region.copies.wanted().verified().order_by("?")[:SAMPLE]:
        if read + row.bytes > MOST:
            continue
        read += row.bytes
        thing = Thing(row.pk, row.key, row.bytes, row.sha256, True, row.next_try_at)
        try:
            with answering(region):
                prove(client, region.bucket, thing)
        except NotCopied as error:
            state = State.WRONG if isinstance(error, Different) else State.MISSING
            same = region.copies.filter(pk=row.pk, state=State.VERIFIED, verified_at=row.verified_at)
            bad += same.update(**_anew(state), problem=str(error))
    return bad


def clear_unfinished(region: Region) -> int:
    """Abort uploads in parts that nobody goes on with: they are not seen, and cost money. How many. Raises Away."""
    now, client, count = database_now(), buckets.client(region), 0
    with answering(region):
        pages = client.get_paginator("list_multipart_uploads").paginate(
            Bucket=region.bucket, Prefix=f"{CLOSED}/"
        )
        for one in (one for page in pages for one in page.get("Uploads", [])):
            if (now - one["Initiated"]).total_seconds() > LEFT_BEHIND:
                client.abort_multipart_upload(Bucket=region.bucket, Key=one["Key"], UploadId=one["UploadId"])
                count += 1
    return count


def listed(region: Region) -> dict[str, Facts]:
    """Everything that lies in the region: key -> bytes and ETag. Raises Away."""
    greet(region)
    return {key: facts for page in _pages(region) for key, facts in page.items()}


def _pages(region: Region) -> Iterator[dict[str, Facts]]:
    """Key -> bytes and ETag, a thousand at a time."""
    with answering(region):
        client = buckets.client(region)
        pages = client.get_paginator("list_objects_v2")
        for page in pages.paginate(
            Bucket=region.bucket, Prefix=f"{CLOSED}/", PaginationConfig={"PageSize": PAGE}
        ):
            yield {one["Key"]: facts_of(one) for one in page.get("Contents", [])}


def _compare(region: Region, page: dict[str, Facts], began: datetime, found: Found) -> None:
    """The rows are read after the listing: nobody copies what has no row."""
    known = set(region.copies.filter(key__in=page).values_list("key", flat=True))
    right = []
    for row in _unseen(region, began).filter(key__in=page):
        if page[row.key] == (row.bytes, row.etag):
            right.append(row.pk)
            continue
        problem = _difference(row, *page[row.key])
        found.wrong += _unseen(region, began).filter(pk=row.pk).update(**_anew(State.WRONG), problem=problem)
    found.right += _unseen(region, began).filter(pk__in=right).update(verified_at=Now())
    found.strays += _adopt(region, {key: size for key, (size, _) in page.items() if key not in known})


def _unseen(region: Region, began: datetime) -> RegionCopyQuerySet:
    """Said to be there since before the audit began, and not seen by it yet."""
    return region.copies.verified().filter(verified_at__lt=began)


def _difference(row: RegionCopy, size: int, etag: str) -> str:
    if size != row.bytes:
        return f"{row.key} has {size:,} bytes there, not {row.bytes:,}."
    return f"{row.key} has other bytes there than those that were verified (ETag {etag}, not {row.etag})."


def _adopt(region: Region, strays: dict[str, int]) -> int:
    """Rows for what nobody wants, so that it goes after the time of grace."""
    longest = RegionCopy._meta.get_field("key").max_length or 0
    rows = [
        RegionCopy(region=region, key=key, bytes=size, sha256="", unwanted_at=Now())
        for key, size in strays.items()
        if len(key) <= longest
    ]
    RegionCopy.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _anew(state: str) -> dict[str, Any]:
    """To be copied at once, by anybody: whoever holds it still has not seen this."""
    return {"state": state, "claimed_until": None, "next_try_at": Now(), "tries": 0}
