"""Whether all the bytes are there that a file's outermost structure speaks of; its contents are not looked at."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SLACK = 4096  # bytes; some programs count their own header wrongly
_UNKNOWN = 0x7FFF_0000  # and more: what is written into a pipe puts such a size first
_MOST = 100_000
_W64_HEADER = 16  # the GUID before the size


def missing(path: Path, format: str) -> int:
    """Bytes of a chunked file that are promised and not there; 0 if it promises none."""
    with path.open("rb") as file:
        promised = _PROMISED[format](file) if format in _PROMISED else 0
    short = promised - path.stat().st_size
    return short if short > _SLACK else 0


def lacks_index(path: Path) -> bool:
    """Of MP4 or MOV (ISO 14496-12, 4.2): there is no `moov`, or a box goes on beyond the file's end."""
    whole = path.stat().st_size
    with path.open("rb") as file:
        found = list(_boxes(file, whole))
    return b"moov" not in {kind for kind, _ in found} or any(end > whole for _, end in found)


def _boxes(file: BinaryIO, whole: int) -> Iterator[tuple[bytes, int]]:
    """(kind, where it ends) of the outermost."""
    at = 0
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(16)
        size = int.from_bytes(head[:4])
        if size == 1:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = whole - at
        if len(head) < 8 or size < 8:
            return
        at += size
        yield head[4:8], at


def _riff(file: BinaryIO) -> int:
    head = file.read(8)
    if head[:4] in (b"RF64", b"BW64"):  # its sizes are elsewhere, and libavformat holds the file to them
        return 0
    size = int.from_bytes(head[4:], "big" if head[:4] in (b"RIFX", b"FORM") else "little")
    return 8 + size if size < _UNKNOWN else 0


def _w64(file: BinaryIO) -> int:
    size = int.from_bytes(file.read(_W64_HEADER + 8)[_W64_HEADER:], "little")
    return size if size < 2**62 else 0


def _matroska(file: BinaryIO) -> int:
    """The segment (RFC 9559, 5.1): everything but the short header."""
    head = file.read(4096)
    found = re.search(rb"\x18\x53\x80\x67", head)
    if not found or found.end() >= len(head) or not head[found.end()]:
        return 0
    length = 9 - head[found.end()].bit_length()
    bits = head[found.end() : found.end() + length]
    size = int.from_bytes(bits) & ((1 << 7 * length) - 1)
    return 0 if size == (1 << 7 * length) - 1 else found.end() + length + size


_PROMISED = {"wav": _riff, "avi": _riff, "aiff": _riff, "w64": _w64, "matroska": _matroska}
