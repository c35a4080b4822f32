"""Who answers: probes over real lines, and the circuit that opens and closes once however many look."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client, override_settings
from django.utils import timezone
from structlog.testing import capture_logs

from accounts.models import User
from core import work
from core.models import Work
from media_pipeline.models import Region
from media_pipeline.regions import health, seeding
from media_pipeline.regions.problems import misplaced
from tests import factories
from tests.harness.children import until
from tests.harness.lines import Line
from tests.harness.moody import Moody
from tests.harness.servers import BlackHole, free_port
from tests.harness.threads import in_threads

pytestmark = pytest.mark.django_db


def alive(slug: str = "frankfurt", **fields: Any) -> Region:
    region = factories.region(slug, **fields)
    assert not seeding.make_bucket(region).problem
    return region


def fresh(region: Region) -> Region:
    return Region.objects.get(pk=region.pk)


def said_of(logs: list[Any]) -> list[tuple[str, str]]:
    return [(line["event"], line["region"]) for line in logs if line["event"].startswith("region_")]


def test_one_that_answers_serves() -> None:
    region = alive()
    assert health.probe(region)
    now = fresh(region)
    assert (now.failures, now.down_since, now.problem) == (0, None, "")
    assert now.probed_at is not None


def test_one_that_is_gone_is_out_after_one_round() -> None:
    region = factories.region(endpoint=f"http://127.0.0.1:{free_port()}")
    with capture_logs() as logs:
        assert not health.probe(region)
        assert not health.probe(fresh(region))
    now = fresh(region)
    assert now.down_since is not None
    assert now.problem.startswith(f"{region.endpoint} does not answer as it should")
    assert said_of(logs) == [("region_down", "frankfurt")]
    assert not Region.objects.serving().exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"bucket": "never-made-by-anybody"}, "run `manage.py prepare_storage`"),
        ({"credentials": "GONE"}, "S3_CREDENTIALS does not name GONE any more"),
    ],
)
def test_what_to_do_is_said(fields: dict[str, str], sentence: str) -> None:
    region = factories.region(**fields)
    assert not health.probe(region)
    assert sentence in fresh(region).problem


def test_keys_that_are_refused_are_named() -> None:
    with (
        Moody(project.S3_ENDPOINT_URL, failing=1, saying=403) as line,
        override_settings(S3_CREDENTIALS=project.S3_CREDENTIALS | {"EU": ("a", "b")}),
    ):
        region = factories.region(endpoint=line.url, credentials="EU")
        assert not health.probe(region)
    assert "check S3_EU_ACCESS_KEY_ID, S3_EU_SECRET_ACCESS_KEY" in fresh(region).problem


def test_an_address_that_only_sends_on_is_said() -> None:
    """As http: does where only https: serves. It costs one question, or boto3 asks until its stack is full."""
    with Moody(project.S3_ENDPOINT_URL, failing=1, saying=301) as line:
        region = factories.region(endpoint=line.url)
        problem = seeding.make_bucket(region).problem
        assert line.asked == 1
        assert not health.probe(region)
        assert line.asked == 3
    assert problem.startswith(f"{line.url} does not answer as it should")
    assert "(301)" in problem
    assert fresh(region).down_since is not None


def test_at_aws_a_bucket_in_another_place_is_no_region(settings: Any) -> None:
    """boto3 follows it there; addresses that are signed for the wrong place are refused."""
    settings.S3_ENDPOINT_URL = ""
    region = Region(bucket="b", code="eu-west-1")
    assert misplaced(region, "eu-west-1") == misplaced(region, "") == ""
    assert "The bucket b is in eu-west-3" in misplaced(region, "eu-west-3")
    assert misplaced(Region(bucket="b", endpoint="https://s3.example"), "eu-west-3") == ""


def test_a_black_hole_costs_four_seconds_and_the_others_no_time() -> None:
    with BlackHole() as hole:
        dead = factories.region("dead", endpoint=f"http://127.0.0.1:{hole.port}")
        others = [alive(slug) for slug in ("one", "two", "three")]
        factories.region("off", enabled=False, endpoint=f"http://127.0.0.1:{hole.port}")
        begun = time.monotonic()
        said = health.probe_all()
        assert time.monotonic() - begun < 5
    assert [slug for slug, problem in said.items() if problem] == ["dead"]
    assert len(said) == 4
    assert fresh(dead).down_since is not None
    probed = fresh(dead).probed_at
    assert probed is not None
    for other in others:
        earlier = fresh(other).probed_at
        assert earlier is not None
        assert probed - earlier > timedelta(seconds=3)


def test_it_comes_back_by_a_probe_alone() -> None:
    with Line(project.S3_ENDPOINT_URL) as line:
        region = alive(endpoint=line.url)
        assert health.probe(region)
        line.darken()
        with capture_logs() as logs:
            assert not health.probe(region)
            health.note(region.pk)
            assert fresh(region).down_since is not None, "a copy that went well proves nothing"
            line.brighten()
            assert health.probe(fresh(region))
            assert health.probe(fresh(region))
    assert said_of(logs) == [("region_down", "frankfurt"), ("region_back", "frankfurt")]
    assert (fresh(region).failures, fresh(region).down_since, fresh(region).problem) == (0, None, "")


def test_a_single_failure_and_a_success_leave_it_in_service() -> None:
    region = alive()
    health.note(region.pk, "It was slow.")
    assert (fresh(region).failures, fresh(region).problem) == (1, "It was slow.")
    assert fresh(region).down_since is None
    health.note(region.pk)
    assert (fresh(region).failures, fresh(region).problem) == (0, "")
    health.note(region.pk, "It was slow.")
    assert fresh(region).down_since is None


def test_since_when_it_is_down_stays_and_is_told_by_the_databases_clock() -> None:
    region = alive()
    health.note(region.pk, "a")
    health.note(region.pk, "b")
    since = fresh(region).down_since
    assert since is not None
    assert abs(since - timezone.now()) < timedelta(seconds=10)
    health.note(region.pk, "c")
    assert fresh(region).down_since == since
    assert (fresh(region).failures, fresh(region).problem) == (3, "c")


def test_a_region_that_was_deleted_meanwhile_is_no_error() -> None:
    region = alive()
    Region.objects.all().delete()
    health.note(region.pk, "It was slow.")
    health.note(region.pk, "It was slow.")
    assert health.probe(region)


@pytest.mark.django_db(transaction=True)
def test_failures_of_many_at_once_are_all_counted_and_open_it_once() -> None:
    region = factories.region()

    def fail() -> None:
        for _ in range(10):
            health.note(region.pk, "gone")

    with capture_logs() as logs:
        in_threads(8, fail)
    assert fresh(region).failures == 80
    assert said_of(logs) == [("region_down", "frankfurt")]


@pytest.mark.django_db(transaction=True)
def test_a_saved_form_and_a_probe_do_not_overwrite_each_other(
    signed_in: Callable[[User], Client], chief: User
) -> None:
    region = alive()

    def edit() -> None:
        client = signed_in(chief)
        for weight in range(1, 6):
            sent = {"name": "Frankfurt", "latitude": "50.1", "longitude": "8.7", "code": "us-east-1"}
            answer = client.post(
                f"/admin/media_pipeline/region/{region.pk}/change/", sent | {"weight": str(weight)}
            )
            assert answer.status_code == 302, answer.content

    def fail() -> None:
        for _ in range(50):
            health.note(region.pk, "gone")

    callers = iter([edit, fail])
    in_threads(2, lambda: next(callers)())
    now = fresh(region)
    assert (now.weight, now.failures, now.problem) == (5, 50, "gone")
    assert now.down_since is not None


# --- asking ---------------------------------------------------------------------------------------------------------


def probes() -> list[Work]:
    return list(Work.objects.filter(kind=health.PROBE))


def test_the_work_probes_all() -> None:
    region = alive()
    health.ask()
    [row] = probes()
    work.run(row.pk)
    assert fresh(region).probed_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_clock_probes_beside_what_else_it_does_and_never_twice_at_once() -> None:
    with BlackHole() as nobody:
        dark = factories.region(endpoint=f"http://127.0.0.1:{nobody.port}")
        began = time.monotonic()
        health.probe_beside()
        health.probe_beside()
        assert time.monotonic() - began < 1
        until(lambda: fresh(dark).down_since)
        assert fresh(dark).failures == 2


def test_without_regions_nothing_is_asked() -> None:
    factories.region(enabled=False)
    health.ask()
    assert probes() == []


@pytest.mark.parametrize("number", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_any_number_of_reports_is_one_probe_and_proves_nothing(number: int) -> None:
    region = alive()
    for _ in range(number):
        health.suspect(["frankfurt"])
    [row] = probes()
    now = fresh(region)
    assert (now.failures, now.down_since) == (0, None)
    work.run(row.pk)
    assert fresh(region).down_since is None
    health.suspect(["frankfurt"])
    [row] = probes()
    assert row.state == Work.State.DONE, "it has answered just now"


def test_reports_of_what_nobody_is_served_from_are_nothing() -> None:
    factories.region("off", enabled=False)
    factories.region("down", down_since=timezone.now())
    health.suspect(["off", "down", "no-such", ""])
    assert probes() == []
