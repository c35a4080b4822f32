"""`manage.py sync_regions`: what it copies, what it says, in words and in JSON, and how it ends."""

import io
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from core import faults
from media_pipeline import terminal
from media_pipeline.management.commands import sync_regions
from media_pipeline.models import Region, RenditionSet
from media_pipeline.regions import claiming, wanted
from tests import factories
from tests.harness.children import Fork, until
from tests.harness.moody import Moody
from tests.harness.threads import beside
from tests.media_pipeline.regions import places

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_is_said_to_be_there_that_is_not() -> Iterator[None]:
    yield
    assert places.untrue() == []


@pytest.fixture
def regions() -> list[Region]:
    return [places.place("ohio"), places.place("tokyo")]


@pytest.fixture
def found(regions: list[Region]) -> RenditionSet:
    return factories.stored()


def run(**options: Any) -> tuple[str, str, int]:
    """What it says, the sentence it ends with, and its exit status."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("sync_regions", stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue(), str(error), error.returncode
    return out.getvalue(), "", 0


def told(**options: Any) -> Any:
    return json.loads(run(json=True, **options)[0])


def bytes_of(found: RenditionSet) -> int:
    return sum(found.renditions.delivered().values_list("bytes", flat=True))


def test_it_copies_and_says_so(found: RenditionSet) -> None:
    out, problem, status = run()
    assert out == (
        "Ohio: 5 objects, 0 missing, 0 wrong, 0.0 MB there\n"
        "Tokyo: 5 objects, 0 missing, 0 wrong, 0.0 MB there\n"
        "10 objects copied, 0.0 MB.\n"
    )
    assert (problem, status) == ("", 0)
    assert Region.objects.holding(found).count() == 2


def test_json_is_the_same_for_machines(found: RenditionSet) -> None:
    size = bytes_of(found)
    first = told()
    assert first == {
        "regions": [
            {"name": name, "objects": 5, "missing": 0, "wrong": 0, "bytes": size}
            for name in ("Ohio", "Tokyo")
        ],
        "copied": {"objects": 10, "bytes": 2 * size},
    }
    assert told() == first | {"copied": {"objects": 0, "bytes": 0}}


def test_status_changes_nothing_and_asks_no_storage(found: RenditionSet, settings: Any) -> None:
    with Moody(settings.S3_ENDPOINT_URL) as line:
        settings.S3_ENDPOINT_URL = line.url
        answer = told(status=True)
        assert line.asked == 0
    assert answer == {
        "regions": [
            {"name": name, "objects": 5, "missing": 5, "wrong": 0, "bytes": 0} for name in ("Ohio", "Tokyo")
        ]
    }
    assert not any(region.copies.exists() for region in Region.objects.all())
    assert run(status=True)[1:] == ("", 0)


def test_verify_finds_and_repairs(regions: list[Region], found: RenditionSet) -> None:
    run()
    ohio, tokyo = regions
    file = found.renditions.get(role="download")
    places.overwrite(ohio, file.key, b"x")
    places.remove(tokyo, file.key)
    assert told()["copied"]["objects"] == 0, "without looking nobody knows"
    out, problem, status = run(verify=True)
    assert "Ohio: 1 wrong, 0 gone, 0 that nobody wants." in out
    assert "Tokyo: 0 wrong, 1 gone, 0 that nobody wants." in out
    assert "2 objects copied" in out
    assert (problem, status) == ("", 0)
    assert Region.objects.holding(found).count() == 2


def test_verify_with_status_only_looks(regions: list[Region], found: RenditionSet) -> None:
    run()
    places.overwrite(regions[0], found.renditions.get(role="download").key, b"x")
    out, problem, status = run(verify=True, status=True, json=True)
    assert json.loads(out)["regions"][0]["wrong"] == 1
    assert "copied" not in json.loads(out)
    assert status == 1
    assert "Ohio: One object is not there." in problem
    assert list(Region.objects.holding(found)) == [regions[1]]
    run()


def test_verify_asks_a_thousand_keys_at_once(found: RenditionSet, settings: Any) -> None:
    run()
    with Moody(settings.S3_ENDPOINT_URL) as line:
        settings.S3_ENDPOINT_URL = line.url
        run(verify=True)
        assert line.asked == 4  # for each region: is it there, and one listing


def test_a_region_that_is_away_is_said_and_the_others_go_on(
    regions: list[Region], found: RenditionSet
) -> None:
    Region.objects.filter(slug="ohio").update(bucket="nowhere-at-all")
    for options in ({}, {"verify": True}):
        out, problem, status = run(**options)
        assert "Tokyo: 5 objects, 0 missing" in out
        assert status == 1
        assert problem.startswith(
            "Ohio: 5 objects are not there. The bucket nowhere-at-all does not exist at"
        )
        assert "Tokyo" not in problem
    assert list(Region.objects.holding(found)) == [regions[1]]


def test_each_region_that_is_away_has_a_line(regions: list[Region], found: RenditionSet) -> None:
    for region in regions:
        Region.objects.filter(pk=region.pk).update(bucket=f"nowhere-{region.slug}")
    _, problem, _ = run()
    assert [line.partition(":")[0] for line in problem.splitlines()] == ["Ohio", "Tokyo"]


def test_what_the_origin_has_lost_is_said(found: RenditionSet) -> None:
    lost = found.renditions.get(role="download")
    places.remove_from_origin(lost.key)
    out, problem, status = run()
    assert "8 objects copied" in out
    assert status == 1
    assert f"Ohio: One object is not there. The origin has no {lost.key}: have it encoded anew." in problem


def test_a_disabled_region_is_not_there(found: RenditionSet) -> None:
    Region.objects.filter(slug="ohio").update(enabled=False)
    assert [one["name"] for one in told()["regions"]] == ["Tokyo"]


def test_without_regions_there_is_nothing_to_do(db: None) -> None:
    assert run() == ("There are no regions.\n0 objects copied, 0.0 MB.\n", "", 0)


def test_it_waits_for_what_somebody_else_copies(regions: list[Region], found: RenditionSet) -> None:
    wanted.agree()
    held = claiming.claim(regions[0], 2, large=False)

    def give_up() -> None:
        time.sleep(1)
        claiming.give_back(held)

    with beside(give_up):
        assert run()[1:] == ("", 0)
    assert Region.objects.holding(found).count() == 2


def test_what_is_copied_shows_on_a_bar(found: RenditionSet, monkeypatch) -> None:
    shown: list[tuple[str, float]] = []
    as_ever = terminal.shown

    @contextmanager
    def watched(name: str, console: Any) -> Iterator[Any]:
        with as_ever(name, console) as tell:

            def note(words: str, percent: float) -> None:
                shown.append((words, percent))
                tell(words, percent)

            yield note

    monkeypatch.setattr(terminal, "shown", watched)
    run()
    words, percent = shown[-1]
    assert words.startswith("10 of 10 objects, 0.0 of 0.0 MB, ")
    assert percent == 100


def test_ctrl_c_gives_back_what_was_claimed(regions: list[Region]) -> None:
    factories.stored(more=60)
    faults.arm("sync.after_copy", lambda: time.sleep(0.2))

    def command() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(run()[2])

    child = Fork(call=command)
    faults.disarm()
    until(lambda: regions[0].copies.verified().exists())
    os.kill(child.pid, signal.SIGINT)
    assert child.wait(20) == 130
    assert not any(region.copies.filter(claimed_until__isnull=False).exists() for region in regions)
    assert 0 < sum(region.copies.verified().count() for region in regions) < 130
    run()
    places.all_there()


def test_watching_copies_what_is_new_until_ctrl_c(
    regions: list[Region], found: RenditionSet, monkeypatch
) -> None:
    monkeypatch.setattr(sync_regions, "PAUSE", 0.2)

    def go_on() -> None:
        until(lambda: Region.objects.holding(found).count() == 2)
        second = factories.stored()
        until(lambda: Region.objects.holding(second).count() == 2)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    with beside(go_on):
        out, problem, status = run(watch=True, json=True)
    assert status == 130
    assert problem.startswith("Stopped.")
    looks = [json.loads(line) for line in out.splitlines()]
    assert sum(look["copied"]["objects"] for look in looks) == 20
    assert 2 <= len(looks) <= 4, "a look that found nothing new says nothing"
    assert [one["objects"] for one in looks[-1]["regions"]] == [10, 10]


def test_a_failing_storage_is_asked_again(regions: list[Region], settings: Any) -> None:
    factories.stored(more=20)
    with Moody(settings.S3_ENDPOINT_URL, failing=0.3) as line:
        settings.S3_ENDPOINT_URL = line.url
        for _ in range(6):
            run()
            for region in regions:
                region.copies.update(next_try_at=Now())
    settings.S3_ENDPOINT_URL = places.STORAGE
    assert run()[1:] == ("", 0)
    places.all_there()
