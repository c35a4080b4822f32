"""Django's cache on Redis, made to stay quick and safe while Redis is away.

A Redis that hangs would cost every request half a second for each key: after a failure the pool refuses at once for a
while. What must be remembered even then (how often somebody tried to log in, which one-time codes are used up) is kept in
this process: such a limit then counts once a process instead of once a site, and nobody is locked out.
"""

import time
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import CONNECTION_INTERRUPTED, RedisCache
from redis import ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = structlog.get_logger(__name__)

PAUSE = 5.0  # seconds without asking Redis after it failed
REMEMBERED = "allauth"  # how the keys begin that must survive without Redis
MOST_REMEMBERED = 20_000  # keys; the least used are forgotten first


class PausingPool(ConnectionPool):
    """Connections to Redis; after one could not be made, none is tried for PAUSE seconds."""

    paused_until = 0.0

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self.paused_until:
            raise RedisConnectionError("Redis did not answer a moment ago.")
        try:
            return super().get_connection(*args, **kwargs)
        except (RedisConnectionError, RedisTimeoutError) as error:
            self.paused_until = time.monotonic() + PAUSE
            log.warning("redis_away", error=str(error))
            raise


class SteadyRedisCache(RedisCache):  # type: ignore[misc]
    """With IGNORE_EXCEPTIONS, django-redis answers None for what it could not do, and that is when memory steps in."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = LocMemCache("steady", {"OPTIONS": {"MAX_ENTRIES": MOST_REMEMBERED}})

    def add(self, key: str, *args: Any, **kwargs: Any) -> bool | None:
        done: bool | None = super().add(key, *args, **kwargs)
        return self.memory.add(key, *args, **kwargs) if done is None and _matters(key) else done

    def set(self, key: str, *args: Any, **kwargs: Any) -> bool | None:
        done: bool | None = super().set(key, *args, **kwargs)
        if done is None and _matters(key):
            self.memory.set(key, *args, **kwargs)
        return done

    def delete(self, key: str, *args: Any, **kwargs: Any) -> bool | None:
        done: bool | None = super().delete(key, *args, **kwargs)
        return self.memory.delete(key, *args, **kwargs) if done is None and _matters(key) else done

    def _get(self, key: str, default: Any, version: int | None, client: Any) -> Any:
        value = super()._get(key, default, version, client)
        if value is CONNECTION_INTERRUPTED and _matters(key):
            return self.memory.get(key, default, version)
        return value


def _matters(key: str) -> bool:
    return key.startswith(REMEMBERED)
