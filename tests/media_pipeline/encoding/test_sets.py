"""From a wish to a live set: what is made once, what goes live by one row, what is left behind by nobody."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from core import faults, work
from core.models import Work
from core.work import Permanent, Transient
from media_pipeline import storage
from media_pipeline.encoding import cancel, request, retry
from media_pipeline.encoding.sets import tidy
from media_pipeline.models import Encoding, MediaAsset, Rendition, RenditionSet
from media_pipeline.signals import asset_ready
from tests.harness.children import until
from tests.harness.threads import beside, in_threads
from tests.media_pipeline.encoding.tiny import TinyProfile, make_asset, tiny_profiles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asset() -> MediaAsset:
    return make_asset(f"the original {time.monotonic_ns()} ".encode())


def run_all() -> None:
    for row in Work.objects.due().order_by("pk"):
        work.run(row.pk)


def objects(asset: MediaAsset) -> set[str]:
    return set(storage.keys(f"renditions/{asset.sha256}/"))


def named(found: RenditionSet | None) -> list[str]:
    assert found
    return [f"{file.role} {file.name}" for file in found.renditions.all()]


def state(found: RenditionSet) -> str:
    return str(RenditionSet.objects.with_state().get(pk=found.pk).state)  # type: ignore[attr-defined]


def test_a_wish_becomes_a_live_set(asset: MediaAsset) -> None:
    told: list[Any] = []
    listen: Callable[..., None] = lambda **kwargs: told.append(kwargs["rendition_set"])  # noqa: E731
    asset_ready.connect(listen)
    encoding = request(asset, "tiny")
    assert (encoding.live, state(encoding.wanted)) == (None, "waiting")
    run_all()
    asset_ready.disconnect(listen)
    encoding.refresh_from_db()
    assert encoding.live == encoding.wanted
    assert told == [encoding.live]
    assert named(encoding.live) == ["video one", "video two", "master master"]
    assert state(encoding.wanted) == "ready"
    assert objects(asset) == set(Rendition.objects.values_list("key", flat=True))
    for file in Rendition.objects.all():
        assert storage.size_of(file.key) == file.bytes


def test_the_same_wish_again_makes_nothing(asset: MediaAsset) -> None:
    request(asset, "tiny")
    run_all()
    encoding = request(asset, "tiny")
    assert encoding.live is not None
    assert RenditionSet.objects.count() == 1
    assert not Work.objects.filter(kind="media.encode").exclude(state="done").exists()


def test_an_owner_has_tags_of_its_own_and_shares_what_they_do_not_change(asset: MediaAsset) -> None:
    request(asset, "tiny")
    run_all()
    made = []
    faults.arm("encode.after_one", lambda: made.append("one"))
    faults.arm("encode.after_three", lambda: made.append("three"))
    request(asset, "tiny", owner="episode:1", tags={"title": "First"})
    run_all()
    assert made == ["three"]
    ours, theirs = Encoding.objects.order_by("owner")
    assert ours.live
    assert theirs.live
    assert ours.live != theirs.live
    keys = [list(found.renditions.values_list("key", flat=True)) for found in (ours.live, theirs.live)]
    assert keys[0][:2] == keys[1][:2]
    assert keys[0][2] != keys[1][2]


def test_a_changed_profile_swaps_at_once_and_the_old_set_stays_a_day(asset: MediaAsset) -> None:
    request(asset, "tiny")
    run_all()
    before = objects(asset)
    with tiny_profiles(TinyProfile("tiny", setting=2)):
        encoding = request(asset, "tiny")
        assert encoding.live, "the old one stays until the new one is ready"
        assert encoding.live != encoding.wanted
        run_all()
    encoding.refresh_from_db()
    assert encoding.live == encoding.wanted
    old = RenditionSet.objects.get(retired_at__isnull=False)
    assert before < objects(asset)
    RenditionSet.objects.filter(pk=old.pk).update(retired_at=Now() - timedelta(days=2))
    Work.objects.filter(kind="media.tidy").update(next_try_at=Now())
    run_all()
    assert objects(asset) == set(Rendition.objects.values_list("key", flat=True))
    assert not objects(asset) & before
    assert not RenditionSet.objects.filter(pk=old.pk).exists()


def test_going_back_to_a_set_that_is_still_there_is_one_switch(asset: MediaAsset) -> None:
    first = request(asset, "tiny").wanted
    run_all()
    with tiny_profiles(TinyProfile("tiny", setting=2)):
        request(asset, "tiny")
        run_all()
    encoding = request(asset, "tiny")
    assert encoding.wanted == first
    encoding.refresh_from_db()
    assert encoding.live == first
    first.refresh_from_db()
    assert first.retired_at is None


def test_what_was_wanted_before_is_no_longer_made(asset: MediaAsset) -> None:
    first = request(asset, "tiny", tags={"title": "Typo"}).wanted
    second = request(asset, "tiny", tags={"title": "Type"}).wanted
    assert (state(first), state(second)) == ("cancelled", "waiting")


def test_cancelling_leaves_nothing_behind(asset: MediaAsset) -> None:
    encoding = request(asset, "slow")
    finished: list[str] = []
    faults.arm("encode.after_two", lambda: finished.append("two"))
    with beside(run_all):
        until(lambda: objects(asset) and RenditionSet.objects.get().progress.get("step") == "two")
        assert cancel(encoding.wanted)
    assert finished == [], "it does not finish its step first"
    run_all()
    assert objects(asset) == set()
    assert state(encoding.wanted) == "cancelled"
    assert not cancel(encoding.wanted), "it was cancelled already"


def test_whoever_changes_their_mind_gets_it_after_all(asset: MediaAsset) -> None:
    encoding = request(asset, "tiny")
    cancel(encoding.wanted)
    run_all()
    retry(encoding.wanted)
    run_all()
    encoding.refresh_from_db()
    assert encoding.live


@pytest.mark.parametrize(
    ("error", "after"), [(Permanent("It is no use."), "parked"), (Transient("S3 is away."), "waiting")]
)
def test_what_fails_says_why_and_shows_nothing(asset: MediaAsset, error: Exception, after: str) -> None:
    error.log = "the end of the log"  # type: ignore[attr-defined]

    def fail() -> None:
        raise error

    faults.arm("encode.after_one", fail)
    encoding = request(asset, "tiny")
    run_all()
    found = RenditionSet.objects.with_state().get()
    assert (found.state, found.work_problem, found.log) == (after, str(error), "the end of the log")  # type: ignore[attr-defined]
    encoding.refresh_from_db()
    assert encoding.live is None


def test_discarding_what_is_parked_cancels_it_and_removes_its_files(asset: MediaAsset) -> None:
    faults.arm("encode.after_two", _raise(Permanent("It is no use.")))
    encoding = request(asset, "tiny")
    run_all()
    assert objects(asset)
    work.drop(Work.objects.get(kind="media.encode").pk)
    assert state(encoding.wanted) == "cancelled"
    run_all()
    assert objects(asset) == set()


def test_a_retry_goes_on_after_the_last_step_that_was_kept(asset: MediaAsset) -> None:
    faults.arm("encode.after_two", _raise(Permanent("Not now.")))
    encoding = request(asset, "tiny")
    run_all()
    faults.disarm()
    made: list[str] = []
    faults.arm("encode.after_one", lambda: made.append("one"))
    faults.arm("encode.after_two", lambda: made.append("two"))
    retry(encoding.wanted)
    run_all()
    encoding.refresh_from_db()
    assert made == ["two"]
    assert encoding.live


def test_an_object_that_vanished_before_the_end_is_made_anew(asset: MediaAsset) -> None:
    def lose() -> None:
        faults.disarm()
        storage.remove(list(objects(asset))[:1])

    faults.arm("encode.before_verify", lose)
    encoding = request(asset, "tiny")
    run_all()
    assert not Encoding.objects.exclude(live=None).exists()
    Work.objects.filter(kind="media.encode").update(next_try_at=Now())
    run_all()
    encoding.refresh_from_db()
    assert encoding.live
    assert objects(asset) == set(Rendition.objects.values_list("key", flat=True))


def test_what_must_be_signed_stays_out_of_shared_caches(asset: MediaAsset) -> None:
    request(asset, "tiny")
    run_all()
    place = {"Bucket": settings.S3_BUCKET, "Key": min(objects(asset))}
    assert storage.client().head_object(**place)["CacheControl"] == "private, max-age=31536000, immutable"


def test_what_another_profile_made_last_costs_no_frame(asset: MediaAsset) -> None:
    made: list[str] = []
    for name in ("one", "two", "three"):
        faults.arm(f"encode.after_{name}", partial(made.append, name))
    with tiny_profiles(TinyProfile("other", steps=("four", "five"))):
        request(asset, "tiny")
        run_all()
        request(asset, "other")
        run_all()
        request(asset, "tiny", tags={"title": "Another"})
        run_all()
    assert made == ["one", "two", "three", "three"]


def test_tidying_leaves_what_a_retry_begins_with(asset: MediaAsset) -> None:
    faults.arm("encode.after_two", _raise(Permanent("Not now.")))
    encoding = request(asset, "tiny")
    run_all()
    tidy(asset)
    run_all()
    assert len(objects(asset)) == 1, "what the first step has made; nobody has written down the second"
    faults.disarm()
    retry(encoding.wanted)
    run_all()
    encoding.refresh_from_db()
    assert encoding.live


def test_a_tidying_before_its_time_does_not_take_the_place_of_the_one_that_is_due(asset: MediaAsset) -> None:
    request(asset, "tiny")
    run_all()
    request(asset, "tiny", tags={"title": "Another"})
    run_all()
    tidy(asset)
    run_all()
    row = Work.objects.get(kind="media.tidy")
    assert row.state == "waiting"
    assert timedelta(hours=23) < row.next_try_at - row.changed_at <= timedelta(days=1)


def test_cancelling_while_it_goes_live_stops_neither(asset: MediaAsset, caplog: Any) -> None:
    encoding = request(asset, "tiny")
    with ExitStack() as after, transaction.atomic():
        MediaAsset.objects.select_for_update(no_key=True).get(pk=asset.pk)
        after.enter_context(beside(run_all))
        until(_somebody_waits_for_us)
        assert cancel(encoding.wanted)
    assert state(encoding.wanted) == "cancelled"
    assert "work_raised" not in caplog.text, "nobody was sent away by PostgreSQL"
    run_all()
    assert objects(asset) == set()


def test_asking_for_a_tidying_while_one_begins_stops_neither(asset: MediaAsset, caplog: Any) -> None:
    tidy(asset)
    with ExitStack() as after, transaction.atomic():
        MediaAsset.objects.select_for_update(no_key=True).get(pk=asset.pk)
        after.enter_context(beside(run_all))
        until(_somebody_waits_for_us)
        tidy(asset)
    assert "work_raised" not in caplog.text, "nobody was sent away by PostgreSQL"
    run_all()
    assert Work.objects.get(kind="media.tidy").state == "done"


def _somebody_waits_for_us() -> bool:
    waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        cursor.execute(waiting)
        return bool(cursor.fetchone()[0])


def test_a_deleted_asset_takes_everything_with_it(asset: MediaAsset) -> None:
    request(asset, "tiny")
    run_all()
    original = asset.key
    asset.delete()
    run_all()
    assert storage.size_of(original) is None
    assert not list(storage.keys(f"renditions/{asset.sha256}/"))


def test_deleting_it_while_it_is_made_leaves_nothing_either(asset: MediaAsset) -> None:
    request(asset, "tiny")

    def delete() -> None:
        MediaAsset.objects.get(pk=asset.pk).delete()

    faults.arm("encode.after_two", delete)
    run_all()
    run_all()
    assert not list(storage.keys(f"renditions/{asset.sha256}/"))
    assert not Work.objects.exclude(state="done").exists()


def test_many_wishes_at_once_are_one_set(asset: MediaAsset) -> None:
    in_threads(8, lambda: request(asset, "tiny"))
    assert RenditionSet.objects.count() == Encoding.objects.count() == 1
    row = Work.objects.get(kind="media.encode")
    in_threads(4, lambda: work.run(row.pk))
    assert Rendition.objects.count() == 3


def test_a_profile_that_does_not_fit_is_refused_in_words(asset: MediaAsset) -> None:
    with pytest.raises(Permanent, match="There is no profile “cinema”"):
        request(asset, "cinema")
    with pytest.raises(Permanent, match="“image” cannot be made of audio"):
        request(asset, "image")


def test_progress_is_written_while_it_is_made(asset: MediaAsset) -> None:
    request(asset, "slow")
    seen: list[dict[str, Any]] = []
    with beside(run_all) as thread:
        while thread.is_alive():
            progress = RenditionSet.objects.get().progress
            if progress and progress not in seen:
                seen.append(progress)
            time.sleep(0.05)
    percents = [progress["percent"] for progress in seen]
    assert percents == sorted(percents)
    assert len(percents) >= 3
    assert {progress["step"] for progress in seen} >= {"one", "two"}
    assert any(progress["speed"] == 2.0 and progress["left"] is not None for progress in seen)


def _raise(error: Exception) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action
