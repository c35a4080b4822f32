"""Who has a form open right now. Kept in Redis for seconds only: without it nobody is seen, and nothing is lost."""

import time

import structlog
from redis.exceptions import RedisError

from accounts.models import User
from core import caching

log = structlog.get_logger(__name__)

LASTS = 45  # seconds; a form says that it is open every 15


def arrive(item_id: int, user: User) -> list[User]:
    """Note that somebody has the form open; returns who else has."""
    key, now = _key(item_id), time.time()
    try:
        pipeline = caching.redis().pipeline()
        pipeline.zadd(key, {str(user.pk): now})
        pipeline.zremrangebyscore(key, 0, now - LASTS)
        pipeline.expire(key, LASTS)
        pipeline.zrange(key, 0, -1)
        present = [int(member) for member in pipeline.execute()[-1]]
    except RedisError as error:
        log.warning("presence_unknown", error=str(error))
        return []
    return list(User.objects.filter(pk__in=present).exclude(pk=user.pk).order_by("name", "email"))


def leave(item_id: int, user: User) -> None:
    try:
        caching.redis().zrem(_key(item_id), str(user.pk))
    except RedisError as error:
        log.warning("presence_unknown", error=str(error))


def _key(item_id: int) -> str:
    return caching.key(f"presence:{item_id}")
