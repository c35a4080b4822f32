"""The map of what is where: a recording's files against what each region holds of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from media_pipeline.models import MediaAsset, Recording, Region, RegionCopy, Rendition

# One row a recording and region. A file that was tried or has been there before is missing; the others wait their turn.
_CELLS = """
WITH file (asset, key) AS ({files})
SELECT file.asset, region.id, count(*),
    count(*) FILTER (WHERE copy.state = 'verified'),
    count(*) FILTER (WHERE copy.state = 'wrong'),
    count(*) FILTER (WHERE copy.state = 'missing' AND (copy.tries > 0 OR copy.verified_at IS NOT NULL))
FROM file CROSS JOIN media_pipeline_region region
LEFT JOIN media_pipeline_regioncopy copy ON copy.key = file.key AND copy.region_id = region.id
GROUP BY file.asset, region.id
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many of a recording's files a region should hold, and what is known of them there."""

    files: int
    verified: int
    wrong: int
    missing: int

    @property
    def waiting(self) -> int:
        return self.files - self.verified - self.wrong - self.missing

    @property
    def state(self) -> str:
        counts = {"wrong": self.wrong, "missing": self.missing, "waiting": self.waiting}
        return next((name for name, count in counts.items() if count), "complete")

    @property
    def words(self) -> str:
        """complete · 1 wrong, 3 missing · 2 waiting"""
        counts = {"wrong": self.wrong, "missing": self.missing, "waiting": self.waiting}
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "complete"


NOTHING = Cell(0, 0, 0, 0)
type Cells = dict[tuple[int, int], Cell]  # (recording's id, region's id)


def delivered() -> QuerySet[MediaAsset]:
    """Recordings of which something is ready, newest first."""
    files = Rendition.objects.regional().filter(set__asset=OuterRef("pk"))
    return Recording.objects.filter(Exists(files)).order_by("-pk")


def drifting(assets: QuerySet[MediaAsset], regions: Sequence[Region]) -> QuerySet[MediaAsset]:
    """Those of which at least one file is not verified in each of the regions."""
    here = RegionCopy.objects.verified().filter(key=OuterRef("key"), region__in=regions)
    there = Coalesce(Subquery(here.values("key").annotate(count=Count("pk")).values("count")), 0)
    lacking = Rendition.objects.regional().alias(there=there).filter(there__lt=len(regions))
    return assets.filter(pk__in=lacking.values("set__asset"))


def cells(assets: Iterable[MediaAsset]) -> Cells:
    """All of these recordings in all regions, in one query."""
    ids = [asset.pk for asset in assets]
    if not ids:
        return {}
    wanted = Rendition.objects.regional().filter(set__asset__in=ids)
    files, values = wanted.order_by().values_list("set__asset", "key").distinct().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_CELLS.format(files=files), values)
        return {(asset, region): Cell(*counts) for asset, region, *counts in cursor.fetchall()}


def of(asset: MediaAsset) -> tuple[int, int] | None:
    """In how many of the enabled regions a recording is complete, and how many of these there are. Two queries.

    None while there is nothing to copy, or nowhere to.
    """
    enabled = set(Region.objects.enabled().values_list("pk", flat=True))
    found = [cell for (_, region), cell in cells([asset]).items() if region in enabled]
    return (sum(cell.state == "complete" for cell in found), len(found)) if found else None


def only_in(regions: Sequence[Region]) -> int:
    """How many recordings are complete in one of these, and in no other region that serves."""
    others = list(Region.objects.serving().exclude(pk__in=[region.pk for region in regions]))
    here = set(_complete(regions))
    return len(here - set(_complete(others)))


def _complete(regions: Sequence[Region]) -> Iterable[int]:
    """The ids of the recordings that are complete in at least one of the regions."""
    for region in regions:
        lacking = drifting(delivered(), [region])
        yield from delivered().exclude(pk__in=lacking.values("pk")).values_list("pk", flat=True)
