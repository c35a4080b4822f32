"""One connection to an address that was looked up and judged before, and a deadline nothing outlives."""

import socket
import ssl
import threading
import time
from functools import cache
from types import TracebackType
from typing import Any, Self

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection

from core.outbound.addresses import Target
from core.outbound.errors import TooSlow

_CONNECT = 5  # seconds for each of a host's addresses


class Deadline:
    """Ends every connection it watches when the time is over, whatever the other side is doing just then.

    A socket's own timeout begins anew with each byte, so that a server could go on for ever.
    """

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        for watched in self._watched:
            watched.close()

    def left(self) -> float:
        """Seconds. Raises TooSlow when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TooSlow("It did not answer in time.")
        return left

    def watch(self, connected: socket.socket) -> None:
        """A duplicate of it: TLS takes the socket itself away."""
        self._watched.append(connected.dup())

    def _cut(self) -> None:
        for watched in self._watched.copy():
            try:
                watched.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it is closed already


class Route:
    """How to get to a host: its addresses in order, each tried once."""

    def __init__(self, addresses: list[str], port: int, deadline: Deadline) -> None:
        self.addresses, self.port, self.deadline = addresses, port, deadline

    def connect(self) -> socket.socket:
        """Raises the last address's OSError if none can be reached."""
        problem = OSError("no address")
        for address in self.addresses:
            try:
                made = socket.create_connection((address, self.port), min(_CONNECT, self.deadline.left()))
            except OSError as error:
                problem = error
                continue
            self.deadline.watch(made)
            made.settimeout(self.deadline.left())
            return made
        raise problem


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, route: Route, **options: Any) -> None:
        super().__init__(*args, **options)
        self._route = route

    def _new_conn(self) -> socket.socket:
        return self._route.connect()


class _Encrypted(HTTPSConnection):
    """Asks for the certificate of the name, not of the address."""

    def __init__(self, *args: Any, route: Route, **options: Any) -> None:
        super().__init__(*args, **options)
        self._route = route

    def _new_conn(self) -> socket.socket:
        return self._route.connect()


def open_to(where: Target, addresses: list[str], deadline: Deadline) -> HTTPConnection:
    """Connects with the first request; the environment's proxies are not looked at."""
    route = Route(addresses, where.port, deadline)
    if where.scheme == "https":
        return _Encrypted(where.host, where.port, route=route, ssl_context=_trust(), timeout=deadline.left())
    return _Plain(where.host, where.port, route=route, timeout=deadline.left())


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())
