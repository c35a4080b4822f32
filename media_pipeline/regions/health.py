"""Whether the regions answer: the probes, and the circuit that takes a dead region out of service.

This module alone writes `failures`, `down_since`, `probed_at` and `problem`, by UPDATEs that lose nothing between threads.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from threading import Lock, Thread

import structlog
from django.db import DatabaseError, connection
from django.db.models import Exists, F, QuerySet
from django.db.models.functions import Now

from core import work
from core.models import Work
from media_pipeline.models import Region
from media_pipeline.regions import buckets
from media_pipeline.regions.problems import PROBLEMS, misplaced, sentence

log = structlog.get_logger(__name__)

PROBE = "media.probe_regions"
OPENS_AT = 2  # failures in a row
JUST = timedelta(seconds=2)
AT_ONCE = 32  # regions


_beside = Lock()


def probe_beside() -> None:
    """The clock's part: in a thread, as workers may be busy for long and a dark region takes seconds."""
    if _beside.acquire(blocking=False):
        Thread(target=_probe, daemon=True).start()


def _probe() -> None:
    try:
        probe_all()
    except DatabaseError as error:
        log.warning("regions_not_probed", error=str(error))
    finally:
        connection.close()
        _beside.release()


def ask() -> None:
    """Have a worker do it soon."""
    if Region.objects.enabled().exists():
        work.enqueue(PROBE, "all")


def suspect(slugs: Iterable[str]) -> None:
    """Somebody says that these do not answer: look now. It proves nothing, and however many say so is one probe."""
    said = Region.objects.serving().filter(slug__in=slugs).exclude(probed_at__gt=Now() - JUST)
    if said.exclude(Exists(_asked_for())).exists():
        work.enqueue(PROBE, "all")


def _asked_for() -> QuerySet[Work]:
    """The probe that is to come anyway, if there is one."""
    row = Work.objects.filter(kind=PROBE, key="all")
    waiting = row.filter(state=Work.State.WAITING, next_try_at__lte=Now())
    return waiting | row.filter(state=Work.State.RUNNING, again_at__isnull=False)


def probe_all() -> dict[str, str]:
    """Ask all that are enabled."""
    return probe_these(Region.objects.enabled())


def probe_these(regions: Iterable[Region]) -> dict[str, str]:
    """Ask them at once: slug -> what is wrong, "" if nothing. One that says nothing costs 4 s, and the others no time.

    What each has answered is written down as it comes, here and not in the threads: they need no database.
    """
    said = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = {pool.submit(_answers, region): region for region in regions}
        for answered in as_completed(asked):
            region = asked[answered]
            said[region.slug] = _write_down(region, answered.result())
    return said


def probe(region: Region) -> bool:
    """Whether it answers. One that fails is asked once more at once, so that a dead one is out after one round."""
    return not _write_down(region, _answers(region))


def _write_down(region: Region, answers: list[str]) -> str:
    for problem in answers:
        if problem:
            note(region.pk, problem)
    if not answers[-1]:
        _close(region)
    Region.objects.filter(pk=region.pk).update(probed_at=Now())
    return answers[-1]


def _answers(region: Region) -> list[str]:
    first = _problem(region)
    return [first, _problem(region)] if first and region.down_since is None else [first]


def _problem(region: Region) -> str:
    try:
        answer = buckets.client(region, buckets.ASKING).head_bucket(Bucket=region.bucket)
    except PROBLEMS as error:
        return sentence(region, error)
    return misplaced(region, answer.get("BucketRegion", ""))


def note(region_pk: int, sentence: str = "") -> None:
    """A region has failed, in a sentence, or has done what it should (""). Probes alone bring one back that is out."""
    row = Region.objects.filter(pk=region_pk)
    if not sentence:
        row.filter(failures__gt=0, down_since=None).update(failures=0, problem="")
        return
    row.update(failures=F("failures") + 1, problem=sentence)
    if row.filter(failures__gte=OPENS_AT, down_since=None).update(down_since=Now()):
        log.warning("region_down", region=_slug(region_pk), problem=sentence)


def _close(region: Region) -> None:
    out = Region.objects.filter(pk=region.pk, down_since__isnull=False)
    if out.update(down_since=None, failures=0, problem=""):
        log.warning("region_back", region=region.slug)
    else:
        note(region.pk)


def _slug(region_pk: int) -> str:
    return Region.objects.values_list("slug", flat=True).get(pk=region_pk)
