"""Telling RQ's workers that there is work: best effort and quick, since PostgreSQL is what remembers.

A wake-up is an RQ job with a name and one number as JSON. Its id holds the work's fence, so that the same claim is
announced under one id however often it is woken.
"""

import time
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.registry import clean_registries
from rq.serializers import JSONSerializer
from rq.worker_registration import clean_worker_registry

from core.faults import point

if TYPE_CHECKING:
    from core.lease import Handler
    from core.models import WorkQuerySet

log = structlog.get_logger(__name__)

MOST = 1000  # rows a sweep puts into the lists; the rest follow when these are done
PAUSE = 5.0  # seconds without asking Redis after it failed, so that a hanging one does not slow every save
_paused_until = 0.0


@lru_cache
def connect(url: str, timeout: float) -> Redis:
    once_more = Retry(
        NoBackoff(), 1, supported_errors=(RedisConnectionError,)
    )  # a restarted server's old connections
    return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=once_more)


def queue(name: str, timeout: float = 5) -> Queue:
    return Queue(name, connection=connect(settings.REDIS_URL, timeout), serializer=JSONSerializer)


def wake(work_id: int, fence: int, handler: "Handler") -> bool:
    """Put the work into its list; False if Redis cannot take it now."""
    global _paused_until
    point("work.before_wake")
    if time.monotonic() < _paused_until:
        return False
    try:
        _push(queue(handler.queue, timeout=1), work_id, fence, handler)
    except RedisError as error:
        _paused_until = time.monotonic() + PAUSE
        log.warning("worker_not_woken", work=work_id, error=str(error))
        return False
    return True


def wake_missing(due: "WorkQuerySet", handlers: "dict[str, Handler]") -> None:
    """Put those of the due rows into the lists that are not in them. Raises RedisError."""
    rows = due.order_by("next_try_at").values_list("pk", "kind", "fence")[:MOST]
    listed = {job for name in settings.RQ_QUEUES for job in queue(name).get_job_ids()}
    for work_id, kind, fence in rows:
        if _job_id(work_id, fence) not in listed:
            _push(queue(handlers[kind].queue), work_id, fence, handlers[kind])


def clean() -> None:
    """Forget RQ's dead workers and abandoned jobs; RQ itself does so only while a worker is alive."""
    for name in settings.RQ_QUEUES:
        clean_registries(queue(name))
        clean_worker_registry(queue(name))


def _push(where: Queue, work_id: int, fence: int, handler: "Handler") -> None:
    where.enqueue_call(
        "core.work.run",
        args=[work_id],
        timeout=handler.timeout,
        result_ttl=0,
        failure_ttl=3600,
        job_id=_job_id(work_id, fence),
        description=f"{handler.kind} {work_id}",
    )


def _job_id(work_id: int, fence: int) -> str:
    return f"work-{work_id}-{fence}"
