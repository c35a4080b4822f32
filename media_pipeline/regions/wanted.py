"""What should be in the regions beside what the rows say of it, in a few statements however much it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet
from django.db.models.functions import Greatest, Now

from core import work
from media_pipeline.models import Region, RegionCopy, Rendition, RenditionSet

SYNC, AUDIT = "media.sync_region", "media.audit_region"  # work; the key is the region's
ONE_AT_A_TIME = 0x7265676E  # any number that no other advisory lock in this database has
GRACE = timedelta(days=1)  # for which a file that no set needs stays in the regions: players still ask for it


@dataclass(frozen=True, slots=True)
class Standing:
    """How an enabled region stands: how many objects should be there, which of these are not, and bytes."""

    pk: int
    name: str
    objects: int
    missing: int
    wrong: int
    bytes: int  # of what is verified there
    left: int  # bytes of what is missing or wrong

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("name", "objects", "missing", "wrong", "bytes")}


def status() -> list[Standing]:
    """All enabled regions by name, from one query. What is wanted and has no row yet is missing."""
    files, given = _files()
    return [Standing(*row) for row in _rows(_STATUS.format(files=files), given)]


def coverage(found: RenditionSet) -> tuple[int, int]:
    """In how many enabled regions the whole of a set is verified, and how many enabled ones there are."""
    enabled = Region.objects.enabled()
    return enabled.holding(found).count(), enabled.count()


@transaction.atomic
def spread(found: RenditionSet) -> None:
    """Have a set that has become live copied to every enabled region, once this transaction has committed."""
    regions = list(Region.objects.enabled().order_by("pk").values_list("pk", flat=True))
    files = Rendition.objects.regional().filter(set=found)
    if regions and files.exists():
        insert(files)
        for (
            pk
        ) in regions:  # always in the same order: whoever makes another set live waits, and neither for ever
            work.enqueue(SYNC, str(pk))


def reconcile() -> None:
    """Make the rows say what is wanted, and have done what they say: for new regions, lost wishes, and what failed."""
    agree()
    for region in Region.objects.enabled().order_by("pk"):
        if due(region).exists():
            work.enqueue(SYNC, str(region.pk))


@transaction.atomic
def agree() -> None:
    """Make the rows say what is wanted, in all enabled regions. One at a time, as two would wait for each other's rows."""
    _run("SET LOCAL lock_timeout = '25s'", ())
    _run("SELECT pg_advisory_xact_lock(%s)", (ONE_AT_A_TIME,))
    insert(Rendition.objects.regional())
    files, given = _files()
    _run(_UNWANTED.format(files=files), given)


def insert(files: QuerySet[Rendition]) -> None:
    """A row for each file in each enabled region; one that was unwanted is wanted again."""
    sql, given = _files(files)
    _run(_AGAIN.format(files=sql), given)
    _run(_INSERT.format(files=sql), given)


def due(region: Region) -> QuerySet[RegionCopy]:
    """What is to be copied or removed now."""
    now = region.copies.filter(next_try_at__lte=Now())
    return now.unfinished() | now.filter(unwanted_at__lt=Now() - GRACE)


def others_copy(regions: Iterable[Region]) -> bool:
    """Whether somebody holds a claim on what is missing or wrong there."""
    return RegionCopy.objects.unfinished().filter(region__in=regions, claimed_until__gt=Now()).exists()


def next_due(region: Region) -> datetime | None:
    """When there is something to copy, or to take over from whoever copies it now; None: nothing is left."""
    at = Greatest("next_try_at", "claimed_until")
    soonest: datetime | None = region.copies.unfinished().aggregate(at=Min(at))["at"]
    return soonest


def _files(files: QuerySet[Rendition] | None = None) -> tuple[str, tuple[Any, ...]]:
    """SQL of key, bytes, sha256, once a key, the oldest first."""
    wanted = Rendition.objects.regional() if files is None else files
    rows = wanted.order_by().values("key").annotate(size=Max("bytes"), digest=Max("sha256"), first=Min("pk"))
    return rows.query.sql_with_params()


_STATUS = """
    WITH wanted AS MATERIALIZED ({files})
    SELECT region.id, region.name, count(wanted.key),
        count(*) FILTER (WHERE wanted.key IS NOT NULL AND coalesce(copy.state, 'missing') = 'missing'),
        count(*) FILTER (WHERE copy.state = 'wrong'),
        coalesce(sum(wanted.size) FILTER (WHERE copy.state = 'verified'), 0)::bigint,
        coalesce(sum(wanted.size) FILTER (WHERE copy.state IS DISTINCT FROM 'verified'), 0)::bigint
    FROM media_pipeline_region region
    LEFT JOIN wanted ON true
    LEFT JOIN media_pipeline_regioncopy copy ON copy.key = wanted.key AND copy.region_id = region.id
    WHERE region.enabled
    GROUP BY region.id
    ORDER BY region.name
"""

_INSERT = """
    INSERT INTO media_pipeline_regioncopy (region_id, key, bytes, sha256)
    SELECT region.id, wanted.key, wanted.size, wanted.digest
    FROM ({files}) wanted CROSS JOIN media_pipeline_region region
    WHERE region.enabled AND NOT EXISTS (
        SELECT FROM media_pipeline_regioncopy copy WHERE copy.key = wanted.key AND copy.region_id = region.id
    )
    ORDER BY wanted.first, region.id
    ON CONFLICT (key, region_id) DO UPDATE SET unwanted_at = NULL, bytes = excluded.bytes, sha256 = excluded.sha256
"""

_AGAIN = """
    UPDATE media_pipeline_regioncopy copy
    SET unwanted_at = NULL, next_try_at = statement_timestamp(), bytes = wanted.size, sha256 = wanted.digest
    FROM ({files}) wanted
    WHERE copy.key = wanted.key AND copy.unwanted_at IS NOT NULL
"""

_UNWANTED = """
    WITH wanted AS MATERIALIZED ({files})
    UPDATE media_pipeline_regioncopy copy
    SET unwanted_at = statement_timestamp(), next_try_at = statement_timestamp()
    WHERE copy.unwanted_at IS NULL AND NOT EXISTS (SELECT FROM wanted WHERE wanted.key = copy.key)
"""


def _run(sql: str, given: tuple[Any, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


def _rows(sql: str, given: tuple[Any, ...]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found: list[Any] = cursor.fetchall()
    return found
