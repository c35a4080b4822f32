"""A line to a server that breaks in the middle of long answers."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class CutsOff:
    """Passes everything on, but ends an answer after so many bytes, and does so with the first `cuts` of that length."""

    def __init__(self, target: str, *, after: int, cuts: int) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname or "", parts.port or 80)
        self.after, self.cuts, self.cut = after, cuts, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.socket.accept()
                far = socket.create_connection(self.target)
                for one, other, limit in ((near, far, None), (far, near, self.after)):
                    threading.Thread(target=self._pass_on, args=(one, other, limit), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, limit: int | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while content := one.recv(65536):
                other.sendall(content)
                passed += len(content)
                if limit and passed > limit and self.cut < self.cuts:
                    self.cut += 1
                    break
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
