"""Opening a file for PyAV so that nothing else can be opened along with it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, NoReturn

import av
from av.container import InputContainer

_BUFFER = 1024 * 1024


@contextmanager
def opened(path: Path, format: str) -> Iterator[InputContainer]:
    """`format` is forced, and whatever the file refers to (other files, addresses) stays shut."""
    with (
        _File(path) as file,
        av.open(
            file,
            mode="r",
            format=format,
            container_options={"protocol_whitelist": "none"},
            buffer_size=_BUFFER,
            io_open=_refuse,
        ) as container,
    ):
        yield container


class _File(FileIO):
    def seek(self, offset: int, whence: int = 0) -> int:
        """A place that no file has is the hostile file's fault, and an answer: libavformat expects a negative number."""
        try:
            return super().seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return -1


def _refuse(url: str, flags: int, options: dict[str, Any]) -> NoReturn:
    raise PermissionError("a media file may not open others")
