import signal
import time
from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from core.workers import Worker

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Do the work that RQ announces, until SIGTERM; a job that runs then has some seconds to come to a stop."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(sorted(settings.RQ_QUEUES))
        parser.add_argument("queues", nargs="*", metavar="queue", help=f"{names}; all when none is named")
        parser.add_argument("--burst", action="store_true", help="end when the queues are empty")

    def handle(self, *args: Any, queues: list[str], burst: bool, **options: Any) -> None:
        if unknown := set(queues) - set(settings.RQ_QUEUES):
            self.stderr.write(f"There is no queue {', '.join(sorted(unknown))}.")
            raise SystemExit(2)
        connections.close_all()  # nothing that a forked job would share
        signal.signal(signal.SIGTERM, _stop)
        with suppress(StopRequested):
            while not work(queues or list(settings.RQ_QUEUES), burst) and not burst:
                time.sleep(2)


def work(queues: list[str], burst: bool) -> bool:
    """Until the worker is told to stop (True) or Redis goes away (False)."""
    worker = None
    try:
        connection = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5)
        worker = Worker(queues, connection=connection, serializer=JSONSerializer, worker_ttl=60)
        log.info("worker_works", queues=queues)
        worker.work(burst=burst, logging_level=None)
    except RedisError as error:
        log.warning("worker_without_redis", error=str(error))
    return worker is not None and worker.stop_asked


def _stop(*_: Any) -> None:
    raise StopRequested
