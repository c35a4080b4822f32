"""What should be where: rows for what is delivered, of what is finished, in what is enabled; and how it stands."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from core.models import Work
from media_pipeline.models import MediaAsset, Region, RegionCopy, RenditionSet
from media_pipeline.regions import wanted
from media_pipeline.regions.wanted import SYNC
from media_pipeline.signals import asset_ready
from tests import factories
from tests.harness.threads import in_threads

pytestmark = pytest.mark.django_db


def keys(region: Region, **having: Any) -> set[str]:
    return set(region.copies.filter(**having).values_list("key", flat=True))


def delivered(found: RenditionSet) -> set[str]:
    return set(found.renditions.delivered().values_list("key", flat=True))


def test_a_new_set_is_wanted_in_every_enabled_region_and_its_work_is_asked_for() -> None:
    regions = [factories.region("ohio"), factories.region("tokyo")]
    disabled = factories.region("mumbai", enabled=False)
    found = factories.stored()
    wanted.spread(found)
    assert [keys(region) for region in regions] == [delivered(found)] * 2
    assert keys(disabled) == set()
    assert len(delivered(found)) == 5
    assert sorted(Work.objects.filter(kind=SYNC).values_list("key", flat=True)) == sorted(
        str(region.pk) for region in regions
    )


def test_a_live_set_spreads_by_itself() -> None:
    region, found = factories.region(), factories.stored()
    asset_ready.send(sender=MediaAsset, asset=found.asset, rendition_set=found)
    assert keys(region) == delivered(found)


def test_a_picture_stays_where_it_is() -> None:
    region = factories.region()
    picture = factories.stored(kind="image")
    wanted.spread(picture)
    wanted.reconcile()
    assert keys(region) == set()
    assert not Work.objects.filter(kind=SYNC).exists()


def test_what_is_not_finished_is_not_wanted() -> None:
    region, found = factories.region(), factories.stored()
    RenditionSet.objects.filter(pk=found.pk).update(ready_at=None)
    wanted.reconcile()
    assert keys(region) == set()


def test_a_new_region_is_filled_and_a_disabled_one_is_not_counted() -> None:
    found = factories.stored()
    wanted.reconcile()
    region = factories.region()
    assert [one.missing for one in wanted.status()] == [5]
    wanted.reconcile()
    assert keys(region) == delivered(found)
    assert Work.objects.filter(kind=SYNC, key=str(region.pk)).exists()
    Region.objects.update(enabled=False)
    Work.objects.all().delete()
    wanted.reconcile()
    assert wanted.status() == []
    assert not Work.objects.filter(kind=SYNC).exists()


def test_a_file_that_two_sets_share_is_copied_once() -> None:
    region, first, second = factories.region(), factories.stored(), factories.stored()
    shared = first.renditions.get(role="download")
    shared.pk, shared.set, shared.name = None, second, "the same"
    shared.save()
    wanted.reconcile()
    assert region.copies.filter(key=shared.key).count() == 1
    assert [one.objects for one in wanted.status()] == [10]


def test_a_second_reconciliation_changes_nothing() -> None:
    factories.region()
    factories.stored()
    wanted.reconcile()
    before = list(RegionCopy.objects.order_by("pk").values())
    wanted.reconcile()
    assert list(RegionCopy.objects.order_by("pk").values()) == before


def test_what_no_set_has_any_more_is_unwanted_and_may_be_wanted_again() -> None:
    region, found = factories.region(), factories.stored()
    wanted.reconcile()
    found.asset.encodings.all().delete()
    files = list(found.renditions.all())
    found.renditions.all().delete()
    wanted.reconcile()
    assert keys(region, unwanted_at__isnull=True) == set()
    for file in files:
        file.save(force_insert=True)
    wanted.spread(found)
    assert keys(region, unwanted_at__isnull=True) == delivered(found)


@pytest.mark.django_db(transaction=True)
def test_what_an_audit_takes_in_as_a_stray_at_the_same_moment_is_wanted_as_what_it_is() -> None:
    region, found = factories.region(), factories.stored()
    file = found.renditions.get(role="download")
    agreed = threading.Thread(target=in_threads, args=(1, wanted.agree))
    with transaction.atomic():
        region.copies.create(key=file.key, bytes=1, sha256="", unwanted_at=Now())
        agreed.start()
        _wait_for_a_lock()
    agreed.join(10)
    row = region.copies.get(key=file.key)
    assert (row.unwanted_at, row.bytes, row.sha256) == (None, file.bytes, file.sha256)


def _wait_for_a_lock() -> None:
    """Until somebody waits for what this transaction holds."""
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    end = time.monotonic() + 2
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    pytest.fail("nobody waits")


def test_the_standing_is_one_query_and_true() -> None:
    ohio, tokyo = factories.region("ohio"), factories.region("tokyo")
    found = factories.stored()
    wanted.agree()
    first, second, *_ = found.renditions.delivered()
    ohio.copies.filter(key=first.key).update(state="verified")
    ohio.copies.filter(key=second.key).update(state="wrong")
    tokyo.copies.filter(key=first.key).delete()
    with CaptureQueriesContext(connection) as asked:
        there, nothing = wanted.status()
    assert len(asked) == 1
    assert there.to_json() == {"name": "Ohio", "objects": 5, "missing": 3, "wrong": 1, "bytes": first.bytes}
    assert nothing.to_json() == {"name": "Tokyo", "objects": 5, "missing": 5, "wrong": 0, "bytes": 0}
    assert nothing.left == sum(file.bytes for file in found.renditions.delivered())


def test_regions_without_anything_stand_at_nothing() -> None:
    factories.region()
    assert [one.to_json() for one in wanted.status()] == [
        {"name": "Frankfurt", "objects": 0, "missing": 0, "wrong": 0, "bytes": 0}
    ]


def test_coverage_counts_regions_that_hold_all_of_a_set() -> None:
    ohio, _ = factories.region("ohio"), factories.region("tokyo")
    disabled = factories.region("mumbai")
    found = factories.stored()
    wanted.agree()
    Region.objects.filter(pk=disabled.pk).update(enabled=False)
    assert wanted.coverage(found) == (0, 2)
    ohio.copies.update(state="verified")
    disabled.copies.update(state="verified")
    assert wanted.coverage(found) == (1, 2)
    ohio.copies.filter(key=found.renditions.get(role="master").key).update(state="wrong")
    assert wanted.coverage(found) == (0, 2)


def test_what_was_copied_by_nobody_is_asked_for_again() -> None:
    region = factories.region()
    factories.stored()
    wanted.agree()
    wanted.reconcile()
    assert Work.objects.filter(kind=SYNC, key=str(region.pk)).count() == 1
    Work.objects.all().delete()
    region.copies.update(state="verified")
    wanted.reconcile()
    assert not Work.objects.exists()
    region.copies.update(unwanted_at=Now() - timedelta(days=2))
    assert wanted.due(region).count() == 5
