"""A line to a server that can go dark: nobody is refused, nobody is answered, and open connections fall silent."""

import asyncio
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_REQUEST = re.compile(rb"([A-Z]+ \S+) HTTP/1\.[01]\r\n")
_PIECE = 65536  # bytes


class Line:
    """Passes bytes on as they are, so that a signature of the host holds: `with Line("http://127.0.0.1:9000") as line: line.url`.

    Connections that were open when it went dark go on when it is bright again, as TCP's do.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname or "", parts.port or 80)
        self.asked: list[str] = []  # "GET /path?query", also what came while it was dark
        self.bytes = 0  # of answers, with their headers
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._bright = asyncio.Event()
        self._bright.set()
        self._carried = set[asyncio.Task[None]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def darken(self) -> None:
        self._loop.call_soon_threadsafe(self._bright.clear)

    def brighten(self) -> None:
        self._loop.call_soon_threadsafe(self._bright.set)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _hang_up(self) -> None:
        self._server.close()
        for task in self._carried:
            task.cancel()
        await asyncio.gather(*self._carried, return_exceptions=True)
        await asyncio.sleep(0)  # in which the connections are closed

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._carried.add(task)
        task.add_done_callback(self._carried.discard)

    async def _carry(self, near: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """Until either end hangs up."""
        try:
            far, requests = await asyncio.open_connection(*self.target)
        except OSError:
            answers.close()
            return
        ways = [
            asyncio.create_task(self._pass(near, requests, self._note_requests)),
            asyncio.create_task(self._pass(far, answers, self._note_answers)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            requests.transport.abort()
            answers.transport.abort()
            await asyncio.wait(ways)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: Callable[[bytes], None]
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                note(piece)
                await self._bright.wait()
                writer.write(piece)
                await writer.drain()

    def _note_requests(self, piece: bytes) -> None:
        self.asked += [found.decode() for found in _REQUEST.findall(piece)]

    def _note_answers(self, piece: bytes) -> None:
        self.bytes += len(piece)
