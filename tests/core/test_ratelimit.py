import time

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views.decorators.http import require_POST

from core.ratelimit import limited
from tests.core.conftest import point_at
from tests.harness.servers import BlackHole, Valkey
from tests.harness.threads import in_threads

pytestmark = pytest.mark.django_db


@limited("tests", 3, 1)
@require_POST
def feedback(request: HttpRequest) -> HttpResponse:
    return HttpResponse("thanks")


def post(address: str = "192.0.2.1") -> HttpResponse:
    return feedback(RequestFactory().post("/feedback/", REMOTE_ADDR=address))


def test_the_fourth_is_told_when_to_come_back(valkey: Valkey) -> None:
    assert [post().status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = post()
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["Cache-Control"] == "no-store"
    assert b"Too many" in refused.content
    assert post("192.0.2.2").status_code == 200, "somebody else is not concerned"
    time.sleep(1.1)
    assert post().status_code == 200


def test_methods_that_change_nothing_are_not_counted(valkey: Valkey) -> None:
    answers = {feedback(RequestFactory().get("/feedback/")).status_code for _ in range(5)}
    assert answers == {405}


def test_no_more_than_the_limit_pass_at_once(valkey: Valkey) -> None:
    found: list[int] = []
    in_threads(12, lambda: found.append(post().status_code))
    assert sorted(found) == [200] * 3 + [429] * 9


def test_counters_end_by_themselves(valkey: Valkey) -> None:
    post()
    [key] = valkey.client.keys("*:limit:*")
    assert 0 < valkey.client.pttl(key) <= 1000
    assert b"192.0.2.1" not in key, "no address is kept readable"


def test_without_redis_nobody_is_turned_away(valkey: Valkey, settings) -> None:
    valkey.stop()
    assert [post().status_code for _ in range(5)] == [200] * 5
    with BlackHole() as hole:
        point_at(settings, hole.url)
        begin = time.monotonic()
        assert [post().status_code for _ in range(20)] == [200] * 20
        assert time.monotonic() - begin < 3
