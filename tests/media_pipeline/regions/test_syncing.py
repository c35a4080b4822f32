"""Many objects into many regions: only what is lacking, whoever does it, whatever is away, wherever it is killed."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.db.models import F
from django.db.models.functions import Now

from core import faults, work
from core.models import Work
from media_pipeline.models import Region, RegionCopy, Rendition, RenditionSet
from media_pipeline.regions import buckets, claiming, removing, syncing, tending, wanted
from media_pipeline.regions.copying import Away, copy
from media_pipeline.regions.wanted import SYNC
from tests import factories
from tests.harness.children import Fork
from tests.harness.lines import Line
from tests.harness.moody import Moody
from tests.harness.threads import in_threads
from tests.media_pipeline.regions import places

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = ["sync.after_claim", "sync.after_copy", "sync.before_verified", "sync.after_verified"]
REMOVAL = ["sync.before_removal", "sync.after_removal"]


@pytest.fixture(autouse=True)
def _nothing_is_claimed_to_be_there_that_is_not() -> Iterator[None]:
    yield
    assert places.untrue() == []


def run_all(*regions: Region) -> syncing.Done:
    wanted.agree()
    return syncing.sync(regions or Region.objects.enabled())


def long_ago() -> None:
    """Whoever died, died a while ago; whatever waits has waited."""
    held = RegionCopy.objects.filter(claimed_until__isnull=False)
    held.update(claimed_until=F("claimed_until") - timedelta(minutes=11))
    RegionCopy.objects.update(next_try_at=Now())


def do_work() -> None:
    """Whatever the workers have to do for the regions is done here, until there is nothing due."""
    for _ in range(20):
        Work.objects.filter(state="waiting", kind=SYNC).update(next_try_at=Now())
        for row in Work.objects.filter(state="waiting", kind=SYNC):
            work.run(row.pk)


@pytest.mark.parametrize(
    ("files", "slugs"), [(20, places.EIGHT[:3]), pytest.param(1000, places.EIGHT, marks=pytest.mark.soak)]
)
def test_a_second_run_copies_nothing_and_asks_nothing(files: int, slugs: list[str], settings: Any) -> None:
    regions = [places.place(slug) for slug in slugs]
    factories.stored(more=files - 5)
    with Moody(settings.S3_ENDPOINT_URL) as line:
        settings.S3_ENDPOINT_URL = line.url
        first = run_all(*regions)
        assert (first.objects, first.failed, first.away) == (files * len(slugs), 0, {})
        assert first.bytes == len(slugs) * sum(Rendition.objects.delivered().values_list("bytes", flat=True))
        places.all_there()
        line.asked = 0
        second = run_all(*regions)
        assert (second.objects, second.bytes, line.asked) == (0, 0, 0)


def test_only_what_is_missing_or_wrong_is_copied() -> None:
    region = places.place()
    found = factories.stored(more=5)
    run_all(region)
    lost, wrong = found.renditions.filter(role="download")[:2]
    region.copies.filter(key=lost.key).update(state="missing")
    region.copies.filter(key=wrong.key).update(state="wrong")
    done = run_all(region)
    assert (done.objects, done.bytes) == (2, lost.bytes + wrong.bytes)
    places.all_there()


def test_a_set_is_held_once_all_of_it_is_verified() -> None:
    region, found = places.place(), factories.stored()
    wanted.agree()
    assert list(Region.objects.holding(found)) == []
    run_all(region)
    assert list(Region.objects.holding(found)) == [region]


def test_several_at_once_share_the_work() -> None:
    region = places.place()
    factories.stored(more=120)
    wanted.agree()
    copied: list[int] = []
    in_threads(3, lambda: copied.append(syncing.sync([region]).objects))
    assert sum(copied) == 125
    places.all_there()


def test_nobody_uses_more_threads_than_there_may_be(monkeypatch) -> None:
    regions = [places.place(slug) for slug in places.EIGHT]
    factories.stored(more=30)
    busy, most, lock = 0, 0, threading.Lock()

    def counted(*what: Any) -> str:
        nonlocal busy, most
        with lock:
            busy, most = busy + 1, max(most, busy + 1)
        try:
            return copy(*what)
        finally:
            with lock:
                busy -= 1

    monkeypatch.setattr(syncing, "copy", counted)
    run_all(*regions)
    assert 8 < most <= buckets.THREADS
    places.all_there()


def test_new_things_come_first_and_small_ones_pass_the_films(monkeypatch) -> None:
    region = places.place()
    film = factories.stored()
    for number in range(8):
        factories.stored_file(film, "video", f"{number}p", "mp4", b"%d" % number * 40_000, "video/mp4")
    old, new = factories.stored(), factories.stored()
    order: list[str] = []

    def slow_with_films(region: Region, thing: Any, origin: Any) -> str:
        order.append(thing.key)
        time.sleep(0.3 if thing.large else 0)
        return copy(region, thing, origin)

    monkeypatch.setattr(syncing, "copy", slow_with_films)
    monkeypatch.setattr("media_pipeline.regions.copying.LARGE", 30_000)
    monkeypatch.setattr(claiming, "LARGE", 30_000)
    monkeypatch.setattr(syncing, "THREADS", 4)
    run_all(region)
    small = [key for key in order if key in _keys(new, old)]
    films = [key for key in order if key in _keys(film) and key.endswith(".mp4")]
    assert set(small[:5]) == _keys(new)
    assert order.index(small[-1]) < order.index(films[-4]), "the films did not go first"
    assert order.index(films[0]) < order.index(small[-1]), "and did not wait until the end"
    places.all_there()


def _keys(*sets: RenditionSet) -> set[str]:
    return set(Rendition.objects.delivered().filter(set__in=sets).values_list("key", flat=True))


# --- failures ---------------------------------------------------------------------------------------------------------


def test_a_third_of_the_answers_are_failures_and_all_is_copied(settings: Any) -> None:
    regions = [places.place(slug) for slug in places.EIGHT[:3]]
    factories.stored(more=45)
    with Moody(settings.S3_ENDPOINT_URL, failing=0.3, delay=0.2, lagging=0.05) as line:
        settings.S3_ENDPOINT_URL = line.url
        run_all(*regions)
        for _ in range(5):
            RegionCopy.objects.update(next_try_at=Now())
            run_all(*regions)
        assert line.failed > 30
    places.all_there()


def test_a_dark_region_holds_up_no_other_and_comes_back_by_itself(monkeypatch) -> None:
    monkeypatch.setattr(buckets, "COPYING", buckets.COPYING.merge(buckets.ASKING))
    with Line(site.S3_ENDPOINT_URL) as line:
        dark = places.place("tokyo", endpoint=line.url)
        others = [places.place(slug) for slug in ("ohio", "frankfurt")]
        found = factories.stored(more=40)
        line.darken()
        began = time.monotonic()
        done = run_all(dark, *others)
        assert time.monotonic() - began < 12
        assert list(done.away) == [dark.pk]
        assert done.objects == 90
        assert set(Region.objects.holding(found)) == {*others}
        assert not RegionCopy.objects.filter(claimed_until__gt=Now()).exists()
        dark.refresh_from_db()
        assert dark.failures == 1
        wanted.reconcile()
        do_one(dark)
        row = Work.objects.get(kind=SYNC, key=str(dark.pk))
        assert row.state == "waiting"
        assert "does not answer as it should" in row.problem
        line.brighten()
        wanted.reconcile()
        do_work()
        places.all_there()


def do_one(region: Region) -> None:
    work.run(Work.objects.get(kind=SYNC, key=str(region.pk)).pk)


def test_a_region_that_goes_dark_in_the_middle_is_given_up_soon(monkeypatch) -> None:
    monkeypatch.setattr(buckets, "COPYING", buckets.COPYING.merge(buckets.ASKING))
    with Line(site.S3_ENDPOINT_URL) as line:
        dark, other = places.place("tokyo", endpoint=line.url), places.place("ohio")
        factories.stored(more=150)
        wanted.agree()
        faults.arm("sync.after_verified", line.darken)
        began = time.monotonic()
        done = syncing.sync([dark, other])
        assert time.monotonic() - began < 15
        faults.disarm()
        line.brighten()
    assert list(done.away) == [dark.pk]
    assert places.counts(other) == (155, 0, 0)


def test_a_region_that_refuses_its_very_last_object_is_away() -> None:
    region, found = places.place(), factories.stored()
    run_all(region)
    region.copies.filter(key=found.renditions.get(role="download").key).update(state="missing")
    faults.arm("sync.after_copy", _refuse)
    assert syncing.sync([region]).away == {region.pk: "Our keys are refused."}
    region.copies.update(next_try_at=Now())
    wanted.reconcile()
    do_one(region)
    assert Work.objects.get(kind=SYNC).problem == "Our keys are refused."


def _refuse() -> None:
    raise Away("Our keys are refused.", syncing.LIMIT)


def test_what_the_origin_has_lost_is_said_beside_what_could_be_copied() -> None:
    region, found = places.place(), factories.stored()
    lost = found.renditions.get(role="download")
    places.remove_from_origin(lost.key)
    done = run_all(region)
    assert (done.objects, done.failed, done.away) == (4, 1, {})
    row = region.copies.get(key=lost.key)
    assert (row.state, row.tries, row.claimed_until) == ("missing", 1, None)
    assert row.problem == f"The origin has no {lost.key}: have it encoded anew."
    assert row.next_try_at > row.region.copies.verified()[0].verified_at  # type: ignore[operator]
    assert run_all(region).failed == 0, "it is not tried again at once"


def test_who_fails_often_waits_longer() -> None:
    region, found = places.place(), factories.stored()
    lost = found.renditions.get(role="download")
    places.remove_from_origin(lost.key)
    run_all(region)
    waits = []
    for _ in range(4):
        region.copies.update(next_try_at=Now())
        before = time.time()
        run_all(region)
        waits.append(region.copies.get(key=lost.key).next_try_at.timestamp() - before)
    assert 14 < waits[0] < 28
    assert waits[0] < waits[1] * 0.99 < waits[3]


def test_an_origin_that_is_away_is_no_regions_failure(settings: Any) -> None:
    regions = [places.place(slug, endpoint=site.S3_ENDPOINT_URL) for slug in ("ohio", "tokyo")]
    factories.stored(more=20)
    with Moody(settings.S3_ENDPOINT_URL, failing=1) as line:
        settings.S3_ENDPOINT_URL = line.url
        done = run_all(*regions)
    assert set(done.away) == {region.pk for region in regions}
    assert set(Region.objects.values_list("failures", flat=True)) == {0}
    settings.S3_ENDPOINT_URL = regions[0].endpoint
    RegionCopy.objects.update(next_try_at=Now())
    run_all(*regions)
    places.all_there()


# --- being killed, stopped, and overtaken -----------------------------------------------------------------------------


@pytest.mark.parametrize("where", POINTS)
def test_killed_anywhere_it_converges(where: str) -> None:
    regions = [places.place(slug) for slug in ("ohio", "tokyo")]
    factories.stored(more=20)
    wanted.agree()
    faults.arm(where, lambda: os._exit(86))
    child = Fork(call=lambda: syncing.sync(regions))
    faults.disarm()
    assert child.wait(20) == 86
    assert places.untrue() == []
    assert syncing.sync(regions).objects < 50, "what the dead one has claimed is its own for a while"
    long_ago()
    syncing.sync(regions)
    places.all_there()


@pytest.mark.parametrize("where", REMOVAL)
def test_killed_in_a_removal_nothing_is_said_to_be_there_that_is_not(where: str) -> None:
    region, found = places.place(), factories.stored()
    run_all(region)
    files = unwanted_since(found, timedelta(days=2))
    faults.arm(where, lambda: os._exit(86))
    child = Fork(call=lambda: removing.remove(region))
    faults.disarm()
    assert child.wait(20) == 86
    assert places.untrue() == []
    for file in files:
        file.save(force_insert=True)
    wanted.spread(found)
    assert list(Region.objects.holding(found)) == []
    long_ago()
    syncing.sync([region])
    places.all_there()


def test_a_claim_that_was_taken_over_writes_nothing() -> None:
    region, _ = places.place(), factories.stored()
    wanted.agree()
    stale = claiming.claim(region, 100, large=False)
    long_ago()
    fresh = claiming.claim(region, 100, large=False)
    assert len(stale) == len(fresh) == 5
    assert claiming.verified(stale, ["x"] * 5) == 0
    claiming.failed([(thing, "late", True) for thing in stale])
    claiming.give_back(stale)
    claiming.renew(stale)
    assert set(region.copies.values_list("state", "problem")) == {("missing", "")}
    assert claiming.claim(region, 100, large=False) == []
    claiming.give_back(fresh)


def test_a_claim_that_is_renewed_is_not_taken_over() -> None:
    region, _ = places.place(), factories.stored()
    wanted.agree()
    held = claiming.claim(region, 100, large=False)
    before = held[0].claimed_until
    claiming.renew(held)
    assert held[0].claimed_until > before
    assert set(region.copies.values_list("claimed_until", flat=True)) == {held[0].claimed_until}
    claiming.give_back(held)


def test_whoever_is_stopped_gives_back_what_it_has_claimed(monkeypatch) -> None:
    region, _ = places.place(), factories.stored(more=100)

    def stop(done: syncing.Done) -> None:
        raise KeyboardInterrupt

    wanted.agree()
    monkeypatch.setattr(syncing, "FLUSH", 0.01)
    with pytest.raises(KeyboardInterrupt):
        syncing.sync([region], tell=stop)
    assert not region.copies.filter(claimed_until__isnull=False).exists()
    syncing.sync([region])
    places.all_there()


# --- removal ----------------------------------------------------------------------------------------------------------


def unwanted_since(found: RenditionSet, ago: timedelta) -> list[Rendition]:
    files = list(found.renditions.all())
    found.renditions.all().delete()
    wanted.agree()
    RegionCopy.objects.filter(unwanted_at__isnull=False).update(unwanted_at=Now() - ago)
    return files


def test_what_nobody_wants_goes_after_a_day() -> None:
    region, kept, gone = places.place(), factories.stored(), factories.stored()
    run_all(region)
    unwanted_since(gone, timedelta(hours=23))
    assert removing.remove(region) == 0
    assert len(places.keys(region)) == 10
    region.copies.filter(unwanted_at__isnull=False).update(unwanted_at=Now() - timedelta(hours=25))
    assert removing.remove(region) == 5
    assert set(places.keys(region)) == _keys(kept)
    assert region.copies.count() == 5
    places.all_there()


def test_what_is_wanted_again_within_the_day_is_kept() -> None:
    region, found = places.place(), factories.stored()
    run_all(region)
    files = unwanted_since(found, timedelta(hours=23))
    for file in files:
        file.save(force_insert=True)
    wanted.spread(found)
    region.copies.update(next_try_at=Now())
    assert removing.remove(region) == 0
    assert syncing.sync([region]).objects == 0
    assert list(Region.objects.holding(found)) == [region]


def test_what_is_wanted_again_while_it_goes_is_copied_anew() -> None:
    region, found = places.place(), factories.stored()
    run_all(region)
    files = unwanted_since(found, timedelta(days=2))

    def want() -> None:
        for file in files:
            file.save(force_insert=True)
        wanted.spread(found)

    faults.arm("sync.before_removal", want)
    removing.remove(region)
    faults.disarm()
    assert places.keys(region) == []
    assert places.counts(region) == (5, 5, 0)
    syncing.sync([region])
    places.all_there()


def test_a_removal_that_may_still_happen_is_waited_for() -> None:
    region, found = places.place(), factories.stored()
    run_all(region)
    unwanted_since(found, timedelta(days=2))
    with Moody(site.S3_ENDPOINT_URL) as line:
        Region.objects.update(endpoint=line.url)
        faults.arm("sync.before_removal", lambda: setattr(line, "failing", 1))
        with pytest.raises(Away):
            removing.remove(Region.objects.get())
    assert region.copies.filter(claimed_until__gt=Now() + timedelta(minutes=8)).count() == 5


def test_nothing_is_ever_removed_from_the_origin() -> None:
    found = factories.stored()
    region = factories.region(bucket=site.S3_BUCKET)
    wanted.agree()
    unwanted_since(found, timedelta(days=2))
    with pytest.raises(Away, match="is the origin’s own"):
        removing.remove(region)
    assert len([key for key in places.keys(region) if found.asset.sha256 in key]) == 6


# --- the work ---------------------------------------------------------------------------------------------------------


def test_the_work_goes_on_until_nothing_is_left(monkeypatch) -> None:
    places.place()
    found = factories.stored(more=20)
    monkeypatch.setattr(tending, "SLICE", 0.0)
    monkeypatch.setattr(syncing, "SMALL_AT_ONCE", 4)
    wanted.spread(found)
    row = Work.objects.get(kind=SYNC)
    work.run(row.pk)
    row.refresh_from_db()
    assert row.state == "waiting", "a slice is over before all is done"
    monkeypatch.setattr(tending, "SLICE", 45.0)
    do_work()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 1)
    places.all_there()


def test_the_work_of_a_disabled_region_does_nothing() -> None:
    region, found = places.place(), factories.stored()
    wanted.spread(found)
    Region.objects.update(enabled=False)
    do_work()
    assert places.keys(region) == []
    assert Work.objects.get(kind=SYNC).state == "done"


def test_the_work_comes_back_for_what_failed() -> None:
    region, found = places.place(), factories.stored()
    lost = found.renditions.get(role="download")
    places.remove_from_origin(lost.key)
    wanted.spread(found)
    do_one(region)
    row = Work.objects.get(kind=SYNC)
    assert row.state == "waiting"
    assert row.next_try_at == region.copies.get(key=lost.key).next_try_at


def test_a_worker_that_is_stopped_leaves_nothing_claimed() -> None:
    region = places.place()
    found = factories.stored(more=60)
    wanted.spread(found)
    row = Work.objects.get(kind=SYNC)
    faults.arm("sync.after_copy", lambda: time.sleep(0.3))

    def run_and_stop() -> None:
        threading.Timer(1.2, work.stop_soon).start()
        work.run(row.pk)

    child = Fork(call=run_and_stop)
    faults.disarm()
    assert child.wait(20) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert not region.copies.filter(claimed_until__isnull=False).exists()
    assert region.copies.verified().exists()
    do_work()
    places.all_there()
