"""A line to an HTTP server on a bad day: some requests fail, some are answered late."""

import random
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

_OF_THE_LINE = ("connection", "keep-alive", "transfer-encoding", "expect", "date", "server")


class Moody:
    """Passes requests on, headers and all; what it does to them may be changed at any moment."""

    def __init__(
        self, target: str, *, failing: float = 0, saying: int = 503, delay: float = 0, lagging: float = 0
    ) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname or "", parts.port or 80)
        self.failing, self.saying = failing, saying  # the share that gets 503, or another status
        self.delay, self.lagging = delay, lagging  # seconds, and the share that waits so long
        self.chance = random.Random(503)
        self.asked = self.failed = self.delayed = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler_of(line: Moody) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            line.asked += 1
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if line.chance.random() < line.lagging:
                line.delayed += 1
                time.sleep(line.delay)
            try:
                self._answer(content)
            except OSError:
                self.close_connection = True  # they have stopped waiting

        do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

        def _answer(self, content: bytes) -> None:
            if line.chance.random() < line.failing:
                line.failed += 1
                self._say(line.saying, {}, b"")
                return
            far = HTTPConnection(*line.target, timeout=60)
            try:
                far.request(self.command, self.path, content or None, dict(self.headers.items()))
                answer = far.getresponse()
                self._say(answer.status, dict(answer.getheaders()), answer.read())
            finally:
                far.close()

        def _say(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            kept = {name: value for name, value in headers.items() if name.lower() not in _OF_THE_LINE}
            if self.command != "HEAD" and status != 204:
                kept = {n: v for n, v in kept.items() if n.lower() != "content-length"}
                kept["Content-Length"] = str(len(content))
            elif status == line.saying:
                kept["Content-Length"] = "0"
            for name, value in kept.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Nobody reads it."""

    return Handler
