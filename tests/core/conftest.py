from collections.abc import Iterator

import pytest

from core import wakeups
from tests.harness.servers import Valkey


def point_at(settings, url: str) -> None:
    """Cache and queue of this process are at `url` from now on."""
    settings.REDIS_URL = settings.CACHE_URL = url
    settings.RQ_QUEUES = {name: queue | {"URL": url} for name, queue in settings.RQ_QUEUES.items()}
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": url}}


@pytest.fixture
def valkey(settings, monkeypatch) -> Iterator[Valkey]:
    """A Valkey that this test alone talks to, as cache and as queue."""
    monkeypatch.setattr(wakeups, "_paused_until", 0.0)
    with Valkey() as server:
        point_at(settings, server.url)
        yield server
