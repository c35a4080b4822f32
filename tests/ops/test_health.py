import json
import threading
import time
from concurrent.futures import wait
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from core.models import Work
from media_pipeline.storage import ensure_bucket
from ops import health
from tests.core.conftest import point_at
from tests.harness.servers import BlackHole
from tests.harness.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch) -> None:
    ensure_bucket()
    monkeypatch.setattr(health, "_asked", {})  # the last test's question may still be out


def _hang() -> dict[str, Any]:
    time.sleep(3)
    return {}


def readyz(client: Client | None = None) -> tuple[int, dict[str, Any]]:
    answer = (client or Client()).get("/readyz")
    return answer.status_code, json.loads(answer.content)


def not_ok(said: dict[str, Any]) -> set[str]:
    return {name for name, facts in said["checks"].items() if facts["status"] != "ok"}


def test_everything_is_well_and_each_part_is_named(client: Client) -> None:
    health.report()  # the first question makes the storage's client
    status, said = readyz()
    assert (status, said["status"], not_ok(said)) == (200, "ok", set())
    assert set(said["checks"]) == {"database", "redis", "cache", "storage", "queue"}
    assert said["checks"]["queue"]["age_seconds"] == 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_answers_any_host_over_http_without_a_session_and_is_never_kept(settings, path: str) -> None:
    settings.ALLOWED_HOSTS = ["magazine.example"]
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get(path, HTTP_HOST="10.0.0.7:8000")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(path: str, method: str) -> None:
    assert Client(enforce_csrf_checks=True).generic(method, path).status_code == 405


def test_head_says_it_without_a_body(client: Client) -> None:
    answer = client.head("/healthz")
    assert (answer.status_code, answer.content) == (200, b"")


def test_being_alive_asks_nobody(client: Client, settings, django_assert_num_queries) -> None:
    point_at(settings, "redis://127.0.0.1:1/0")
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_without_postgresql_it_is_not_ready_and_says_no_more_than_that(monkeypatch) -> None:
    def fail() -> dict[str, Any]:
        raise OperationalError("connection to host secret-db user masthead failed")

    monkeypatch.setitem(health.CHECKS, "database", fail)
    status, said = readyz()
    assert (status, said["status"]) == (503, "failed")
    assert said["checks"]["database"] == {"status": "failed", "problem": "OperationalError"}


def test_without_postgresql_at_its_address_it_is_not_ready(monkeypatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    status, said = readyz()
    assert (status, not_ok(said)) == (503, {"database", "queue"})


def test_without_redis_it_is_degraded(settings) -> None:
    point_at(settings, "redis://127.0.0.1:1/0")
    status, said = readyz()
    assert (status, said["status"], not_ok(said)) == (200, "degraded", {"redis", "cache"})


def test_without_storage_it_is_degraded(settings) -> None:
    settings.S3_BUCKET = "no-such-bucket"
    status, said = readyz()
    assert (status, said["status"], not_ok(said)) == (200, "degraded", {"storage"})


def test_it_waits_no_longer_than_a_second_for_what_hangs(settings, monkeypatch) -> None:
    monkeypatch.setitem(health.CHECKS, "storage", _hang)
    with BlackHole() as hole:
        point_at(settings, hole.url)
        begin = time.monotonic()
        status, said = readyz()
        assert time.monotonic() - begin < 1.5
    assert (status, not_ok(said)) == (200, {"redis", "cache", "storage"})
    assert said["checks"]["storage"]["problem"] == "no answer within 1 s"


def test_many_who_ask_at_once_are_one_question(monkeypatch) -> None:
    """The answer comes only once all of them have asked."""
    asked: list[int] = []
    here = threading.Semaphore(0)

    def slow() -> dict[str, Any]:
        asked.append(1)
        assert all(here.acquire(timeout=20) for _ in range(8))
        return {}

    def wait_with_the_others(*args: Any, **options: Any) -> Any:
        here.release()
        return wait(*args, **options)

    monkeypatch.setitem(health.CHECKS, "storage", slow)
    monkeypatch.setattr(health, "wait", wait_with_the_others)
    in_threads(8, health.report)
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_work_that_nobody_takes_is_seen_by_its_age(client: Client) -> None:
    long_ago = timezone.now() - timedelta(seconds=400)
    Work.objects.create(
        kind="core.mail", key="waits for its time", next_try_at=timezone.now() + timedelta(hours=1)
    )
    Work.objects.create(
        kind="core.mail",
        key="runs",
        state="running",
        next_try_at=long_ago,
        lease_until=timezone.now() + timedelta(seconds=60),
    )
    assert readyz()[1]["checks"]["queue"]["age_seconds"] == 0
    Work.objects.create(kind="core.mail", key="due", next_try_at=timezone.now() - timedelta(seconds=100))
    found = readyz()[1]["checks"]["queue"]
    assert (found["status"], found["age_seconds"]) == ("ok", pytest.approx(100, abs=10))
    Work.objects.create(kind="core.mail", key="overdue", next_try_at=long_ago)
    said = readyz()[1]
    assert (said["status"], not_ok(said)) == ("degraded", {"queue"})
    assert said["checks"]["queue"]["age_seconds"] == pytest.approx(400, abs=10)
