"""Another site: a real server on a loopback address that answers as it is told, and remembers who asked what when."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from core import outbound


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"Some words."


@dataclass(frozen=True)
class Asked:
    began: float  # seconds, monotonic
    ended: float
    method: str
    path: str
    headers: dict[str, str]


type Raw = Callable[[BaseHTTPRequestHandler], object]
"""Writes whatever it likes to `.wfile`."""


class Site:
    """`answers[path]` is what the next requests get, the last one for ever. What is not there is 404."""

    def __init__(self, address: str = "127.0.0.1", *, slowly: float = 0) -> None:
        self.answers: dict[str, list[Answer | Raw]] = {}
        self._log: list[Asked] = []
        self.answering = 0
        self.slowly = slowly
        self._server = ThreadingHTTPServer((address, 0), _handler_of(self))
        self._server.daemon_threads = True
        self.address, self.port = address, int(self._server.server_address[1])

    def answer(self, path: str, *answers: "Answer | Raw | int") -> str:
        """Say what a path answers; returns its URL."""
        self.answers[path] = [Answer(given) if isinstance(given, int) else given for given in answers]
        return self.url(path)

    def url(self, path: str, host: str = "") -> str:
        return f"http://{host or self.address}:{self.port}{path}"

    @property
    def log(self) -> list[Asked]:
        """Of what is answered in full, as it came: whoever asked may have their answer before the log has its line."""
        for _ in range(200):
            if not self.answering:
                break
            time.sleep(0.01)
        return sorted(self._log, key=lambda asked: asked.began)

    def asked(self, path: str = "") -> list[str]:
        return [f"{one.method} {one.path}" for one in self.log if one.path.startswith(path)]

    def next_answer(self, path: str) -> "Answer | Raw":
        given = self.answers.get(path, [Answer(404)])
        return given.pop(0) if len(given) > 1 else given[0]

    def serve(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._open.enter_context(outbound.allowing((self.address, self.port)))
        self.serve()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._open.close()


def _handler_of(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            began = time.monotonic()
            site.answering += 1
            given = site.next_answer(self.path)
            time.sleep(site.slowly)
            try:
                self._give(given)
            except OSError:
                pass  # they hung up, as some tests want it
            finally:
                asked = Asked(began, time.monotonic(), self.command, self.path, dict(self.headers))
                site._log.append(asked)
                site.answering -= 1

        do_HEAD = do_POST = do_GET

        def _give(self, given: Answer | Raw) -> None:
            if not isinstance(given, Answer):
                given(self)
                return
            self.send_response(given.status)
            for name, value in ({"Content-Length": str(len(given.body))} | given.headers).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(given.body)

        def log_message(self, *args: Any) -> None:
            """Nobody reads it."""

    return Handler


@contextmanager
def resolving(monkeypatch: Any, **names: list[list[str]]) -> Iterator[list[str]]:
    """The system's resolver with names of our own: each has a list of answers, of which the last is for ever.

    `resolving(monkeypatch, a_test=[["127.0.0.1"]])` is `a.test`. Yields the names asked for.
    """
    import socket

    real, asked = socket.getaddrinfo, list[str]()
    known = {name.replace("_", "."): list(answers) for name, answers in names.items()}

    def look_up(host: str, port: int, *args: Any, **more: Any) -> Any:
        if host not in known:
            return real(host, port, *args, **more)
        asked.append(host)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [row for address in found for row in real(address, port, *args, **more)]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked
