"""Looking into the regions: what is no longer there, or no longer the same, is not served, and is repaired."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.db.models.functions import Now

from core import invariants, work
from core.clock import database_now
from core.models import Work
from media_pipeline.models import Region, RegionCopy, Rendition, RenditionSet
from media_pipeline.regions import auditing, buckets, claiming, removing, syncing, tending, wanted
from media_pipeline.regions.copying import Away
from media_pipeline.regions.wanted import AUDIT, SYNC
from tests import factories
from tests.harness.lines import Line
from tests.media_pipeline.regions import places

pytestmark = pytest.mark.django_db(transaction=True)
RULE = "What is said to be verified in a region is there"


@pytest.fixture(autouse=True)
def _nothing_is_said_to_be_there_that_is_not() -> Iterator[None]:
    yield
    assert places.untrue() == []


@pytest.fixture
def region() -> Region:
    return places.place()


@pytest.fixture
def found(region: Region) -> RenditionSet:
    """A set that the region holds."""
    made = factories.stored()
    wanted.agree()
    syncing.sync([region])
    assert list(Region.objects.holding(made)) == [region]
    return made


@pytest.fixture
def file(found: RenditionSet) -> Rendition:
    return found.renditions.get(role="download")


def is_repaired(region: Region, found: RenditionSet) -> None:
    assert list(Region.objects.holding(found)) == []
    assert syncing.sync([region]).objects == 1
    assert list(Region.objects.holding(found)) == [region]
    assert auditing.verify(region) == auditing.Found(right=5)


def test_what_is_as_it_was_stays_verified(region: Region, found: RenditionSet) -> None:
    before = database_now()
    assert auditing.verify(region) == auditing.Found(right=5)
    assert region.copies.filter(verified_at__gt=before).count() == 5


def test_a_truncated_copy_is_found_and_repaired(region: Region, found: RenditionSet, file: Rendition) -> None:
    content = places.lying(region)[file.key]
    places.overwrite(region, file.key, content[: len(content) // 2])
    assert auditing.verify(region) == auditing.Found(right=4, wrong=1)
    row = region.copies.get(key=file.key)
    assert (row.state, row.problem) == (
        "wrong",
        f"{file.key} has {file.bytes // 2} bytes there, not {file.bytes}.",
    )
    is_repaired(region, found)
    assert places.lying(region)[file.key] == content


def test_other_bytes_of_the_same_length_are_found_and_repaired(
    region: Region, found: RenditionSet, file: Rendition
) -> None:
    places.overwrite(region, file.key, b"x" * file.bytes)
    assert auditing.verify(region) == auditing.Found(right=4, wrong=1)
    assert "other bytes there than those that were verified" in region.copies.get(key=file.key).problem
    is_repaired(region, found)


def test_what_was_deleted_is_missing_and_repaired(
    region: Region, found: RenditionSet, file: Rendition
) -> None:
    places.remove(region, file.key)
    assert auditing.verify(region) == auditing.Found(right=4, missing=1)
    assert region.copies.get(key=file.key).state == "missing"
    is_repaired(region, found)


def test_an_emptied_bucket_holds_nothing(region: Region, found: RenditionSet) -> None:
    for key in places.keys(region):
        places.remove(region, key)
    assert auditing.verify(region) == auditing.Found(missing=5)
    syncing.sync([region])
    assert list(Region.objects.holding(found)) == [region]


def test_a_stray_goes_after_a_day_and_what_is_none_of_ours_stays(region: Region, found: RenditionSet) -> None:
    stray, other = "renditions/aa/stray.mp4", "backups/of somebody else"
    places.overwrite(region, stray, b"who wants this?")
    places.overwrite(region, other, b"mine")
    assert auditing.verify(region) == auditing.Found(right=5, strays=1)
    assert auditing.verify(region) == auditing.Found(right=5)
    row = region.copies.get(key=stray)
    assert (row.bytes, row.state) == (15, "missing")
    assert row.unwanted_at
    assert wanted.status()[0].objects == 5
    assert removing.remove(region) == 0
    region.copies.filter(key=stray).update(unwanted_at=Now() - timedelta(days=2))
    assert removing.remove(region) == 1
    assert stray not in places.keys(region)
    assert other in places.keys(region)
    places.remove(region, other)


def test_a_listing_of_several_pages_is_seen_whole(region: Region, monkeypatch) -> None:
    factories.stored(more=30)
    wanted.agree()
    syncing.sync([region])
    monkeypatch.setattr(auditing, "PAGE", 10)
    places.remove(region, sorted(places.keys(region))[12])
    assert auditing.verify(region) == auditing.Found(right=34, missing=1)


def test_a_region_that_does_not_answer_loses_nothing(region: Region, found: RenditionSet) -> None:
    Region.objects.update(bucket="nowhere-at-all")
    region.refresh_from_db()
    with pytest.raises(Away, match="does not exist"):
        auditing.verify(region)
    assert set(region.copies.values_list("state", flat=True)) == {"verified"}
    Region.objects.update(bucket=f"{site.S3_BUCKET}-frankfurt")


def test_the_origin_is_never_taken_for_a_region() -> None:
    region = factories.region(bucket=site.S3_BUCKET)
    factories.stored()
    with pytest.raises(Away, match="is the origin’s own"):
        auditing.verify(region)
    assert not RegionCopy.objects.filter(unwanted_at__isnull=False).exists()


def test_what_is_verified_while_the_audit_goes_on_is_left_alone(region: Region, monkeypatch) -> None:
    """It began before the copy, and lists the bucket as it was then."""
    found = factories.stored()
    wanted.agree()
    pages = auditing._pages

    def late(region: Region) -> Iterator[Any]:
        listed = list(pages(region))
        syncing.sync([region])
        yield from listed

    monkeypatch.setattr(auditing, "_pages", late)
    assert auditing.verify(region) == auditing.Found()
    assert list(Region.objects.holding(found)) == [region]


def test_whoever_copies_what_was_found_wrong_meanwhile_cannot_call_it_verified(
    region: Region, found: RenditionSet, file: Rendition
) -> None:
    region.copies.filter(key=file.key).update(state="missing")
    held = claiming.claim(region, 1, large=False)
    assert claiming.verified(held, [region.copies.get(key=file.key).etag]) == 1
    places.remove(region, file.key)
    auditing.verify(region)
    assert claiming.verified(held, ["late"]) == 0
    syncing.sync([region])


def test_a_sample_is_read_byte_by_byte(region: Region, found: RenditionSet, file: Rendition) -> None:
    """The storage itself has changed bytes, and its listing does not know it."""
    assert auditing.sample(region) == 0
    places.overwrite(region, file.key, b"x" * file.bytes)
    told = buckets.client(region).head_object(Bucket=region.bucket, Key=file.key)["ETag"].strip('"')
    region.copies.filter(key=file.key).update(etag=told)
    assert auditing.verify(region).wrong == 0
    assert auditing.sample(region) == 1
    row = region.copies.get(key=file.key)
    assert row.state == "wrong"
    assert "is not what was encoded" in row.problem
    is_repaired(region, found)


def test_a_sample_notices_what_is_gone(region: Region, found: RenditionSet, file: Rendition) -> None:
    places.remove(region, file.key)
    assert auditing.sample(region) == 1
    is_repaired(region, found)


def test_what_is_too_large_for_a_sample_keeps_nothing_else_out_of_it(
    region: Region, found: RenditionSet, file: Rendition
) -> None:
    region.copies.exclude(key=file.key).update(bytes=auditing.MOST + 1)
    places.overwrite(region, file.key, b"x" * file.bytes)
    assert auditing.sample(region) == 1
    assert region.copies.get(key=file.key).state == "wrong"


def test_uploads_that_nobody_goes_on_with_are_aborted(region: Region, monkeypatch) -> None:
    client = buckets.client(region)
    client.create_multipart_upload(Bucket=region.bucket, Key="renditions/aa/film.mp4")
    assert auditing.clear_unfinished(region) == 0
    monkeypatch.setattr(auditing, "LEFT_BEHIND", -1)
    assert auditing.clear_unfinished(region) == 1
    assert auditing.clear_unfinished(region) == 0


def test_the_work_finds_and_has_repaired(region: Region, found: RenditionSet, file: Rendition) -> None:
    places.overwrite(region, file.key, b"")
    tending.ask_for_audits()
    work.run(Work.objects.get(kind=AUDIT, key=str(region.pk)).pk)
    assert Work.objects.get(kind=AUDIT).state == "done"
    assert list(Region.objects.holding(found)) == []
    work.run(Work.objects.get(kind=SYNC, key=str(region.pk)).pk)
    assert list(Region.objects.holding(found)) == [region]


def test_the_work_waits_for_a_region_that_is_away(region: Region) -> None:
    Region.objects.update(bucket="nowhere-at-all")
    tending.ask_for_audits()
    row = Work.objects.get(kind=AUDIT)
    work.run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert "does not exist" in row.problem


def test_a_disabled_region_is_not_audited(region: Region) -> None:
    tending.ask_for_audits()
    Region.objects.update(enabled=False)
    tending.ask_for_audits()
    with Line(site.S3_ENDPOINT_URL) as line:
        Region.objects.update(endpoint=line.url)
        work.run(Work.objects.get(kind=AUDIT).pk)
        assert line.asked == []


def test_the_invariant_sees_what_the_rows_do_not_know(
    region: Region, found: RenditionSet, file: Rendition
) -> None:
    rule = next(rule for rule in invariants.INVARIANTS if rule.name == RULE)
    assert invariants.judge(rule) == invariants.Verdict(RULE, [], [])
    places.overwrite(region, file.key, b"short")
    (sentence,) = invariants.judge(rule).violations
    assert f"Frankfurt: {file.key} has 5 bytes" in sentence
    Region.objects.update(bucket="nowhere-at-all")
    told = invariants.judge(rule)
    assert told.violations == []
    assert "cannot be looked at" in told.notes[0]
    Region.objects.update(bucket=f"{site.S3_BUCKET}-frankfurt")
    auditing.verify(region)
    syncing.sync([region])
