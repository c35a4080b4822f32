"""RQ's worker, made to end well: a job that runs at SIGTERM stops at its next checkpoint or is interrupted."""

import os
import signal
import threading
from types import FrameType
from typing import Any

import structlog
from redis.exceptions import RedisError
from rq import Worker as RQWorker
from rq.job import Job

from core import work

log = structlog.get_logger(__name__)

PATIENCE = 8  # seconds a job may go on after SIGTERM; then it is interrupted
END = 18  # seconds until whatever is left of it is killed; a platform kills us all after 30


class Worker(RQWorker):
    max_connection_wait_time = 5.0
    stop_asked = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stop_asked = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """A second signal changes nothing: the job has its seconds, and not more."""

    def handle_warm_shutdown_request(self) -> None:
        if self.horse_pid:
            os.kill(self.horse_pid, signal.SIGTERM)
            timer = threading.Timer(END, self.kill_horse)
            timer.daemon = True
            timer.start()

    def set_shutdown_requested_date(self) -> None:
        """Only shown on a page: not worth a failed shutdown."""
        try:
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]
        except RedisError as error:
            log.warning("worker_without_redis", error=str(error))

    def maintain_heartbeats(self, job: Job) -> None:
        """A job goes on while Redis is away; its row has a heartbeat of its own."""
        try:
            super().maintain_heartbeats(job)
        except RedisError as error:
            log.warning("worker_without_redis", error=str(error))

    def setup_work_horse_signals(self) -> None:
        """In the forked process of a job. A platform may signal every process it has, so this one listens too."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _stop_job)


def _stop_job(signum: int, frame: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    work.stop_soon()
    signal.signal(signal.SIGALRM, lambda *_: work.interrupt())  # RQ's own time limit ends with this
    signal.alarm(PATIENCE)
