import copy
import socket
import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache

from core import steady_cache


@pytest.fixture
def silent_redis(settings) -> Iterator[None]:
    """Something that accepts connections and never answers, as a stopped process does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        caches = copy.deepcopy(settings.CACHES)
        caches["default"]["LOCATION"] = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        settings.CACHES = caches
        cache.memory.clear()  # type: ignore[attr-defined]
        yield


def test_with_redis_nothing_is_kept_here() -> None:
    assert cache.add("allauth:one", 1, timeout=60) is True
    assert cache.add("allauth:one", 2, timeout=60) is False
    assert cache.get("allauth:one") == 1
    assert cache.memory.get("allauth:one") is None  # type: ignore[attr-defined]
    assert cache.delete("allauth:one") is True
    assert cache.delete("allauth:one") is False


def test_what_matters_is_remembered_without_redis(silent_redis) -> None:
    assert cache.get("allauth:one", "none") == "none"
    assert cache.add("allauth:one", [1], timeout=60) is True
    assert cache.add("allauth:one", [2], timeout=60) is False
    assert cache.get("allauth:one") == [1]
    cache.set("allauth:one", [2, 1], 60)
    assert cache.get("allauth:one") == [2, 1]
    assert cache.delete("allauth:one") is True
    assert cache.get("allauth:one") is None


def test_the_rest_is_not_kept_so_that_nobody_reads_something_old(silent_redis) -> None:
    cache.set("session", "mine", 60)
    assert cache.add("session", "mine", 60) is None
    assert cache.get("session", "none") == "none"


def test_a_silent_redis_is_waited_for_once(silent_redis) -> None:
    began = time.monotonic()
    for number in range(40):
        cache.get(f"key{number}")
    assert time.monotonic() - began < 5  # forty times half a second would be twenty


def test_after_the_pause_redis_is_asked_again(settings, monkeypatch) -> None:
    monkeypatch.setattr(steady_cache, "PAUSE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    working = settings.CACHES
    caches = copy.deepcopy(working)
    caches["default"]["LOCATION"] = f"redis://127.0.0.1:{port}/0"
    settings.CACHES = caches
    assert cache.add("allauth:two", 1, timeout=60) is True
    pool = cache.client.get_client().connection_pool  # type: ignore[attr-defined]
    assert pool.paused_until > time.monotonic()
    time.sleep(0.25)
    assert cache.get("allauth:two") == 1
    assert pool.paused_until > time.monotonic(), "it was asked, and had not come back"
