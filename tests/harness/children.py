"""Processes of the site to signal and to kill: quick forks of this one, and slower ones that start as in production."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections


class Fork:
    """`manage.py <arguments>` in a copy of this process, with whatever the test has patched and armed."""

    def __init__(self, *arguments: str, call: Callable[[], Any] | None = None) -> None:
        connections.close_all()  # a copy would end our sessions with its own
        target = call or (lambda: call_command(*arguments))
        self.process = multiprocessing.get_context("fork").Process(target=_alone, args=[target], daemon=True)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            self.process.start()

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, seconds: float) -> int | None:
        """The exit status; None if it still runs after that time."""
        self.process.join(seconds)
        return self.process.exitcode

    def end(self) -> None:
        """Kill it, and the job it runs."""
        if self.poll() is None:
            for child in psutil.Process(self.pid).children():
                child.send_signal(signal.SIGKILL)
            self.process.kill()
        self.process.join()


def _alone(target: Callable[[], Any]) -> None:
    """Where Playwright's loop runs, Django keeps other sessions than it did before; a copy without a loop finds those."""
    connections.close_all()
    target()


def start(*arguments: str, **more: str) -> "subprocess.Popen[bytes]":
    """`manage.py <arguments>` from the beginning, in a production process over this test's database and Redis."""
    command = [sys.executable, "-m", "tests.harness.child", *arguments]
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=_environment() | more, stderr=subprocess.DEVNULL
    )


def _environment() -> dict[str, str]:
    database = connection.settings_dict
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    ours = {
        "DEBUG": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "SITE_URL": settings.SITE_URL,
        "DATABASE_URL": f"postgres://{login}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "CACHE_PREFIX": settings.CACHES["default"]["KEY_PREFIX"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    return os.environ | {name: str(value) for name, value in ours.items()}


def until(true: Callable[[], Any], seconds: float = 20) -> Any:
    """What `true` returns once it is true; fails when that takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.03)
    raise AssertionError(f"not within {seconds} s: {true.__name__}")
