"""The entrance of a running site, which can be closed."""

from threading import Condition
from typing import Any


class Door:
    """A WSGI application around the site's own."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._inside = 0
        self._closed = False
        self._changed = Condition()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self._changed:
            if self._closed:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
            self._inside += 1
        try:
            return self.app(environ, start_response)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Nobody comes in any more; returns when the last one has been answered."""
        with self._changed:
            self._closed = True
            assert self._changed.wait_for(lambda: not self._inside, 60), "a request has no end"
