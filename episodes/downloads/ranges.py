"""What a Range header asks for (RFC 9110, 14.1.2), as far as counting needs it."""

import re
from collections.abc import Iterable

type Range = tuple[int, int]  # the first byte and the last one

MOST = 10  # ranges of one request; nobody who listens asks for more
_LONGEST = 500  # characters
_RANGE = re.compile(r"[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII)


def asked(header: str, size: int) -> list[Range]:
    """The bytes that a request for a file of `size` bytes is given, in order and without overlaps; [] if there are none.

    A header that is no range at all is passed over, as storages do: that is the whole file.
    """
    unit, _, text = header.partition("=")
    if not header or unit.strip().lower() != "bytes":
        return _whole(size)
    parts = text.split(",", MOST + 1)
    if len(header) > _LONGEST or len(parts) > MOST:
        return []
    found = [_RANGE.fullmatch(part) for part in parts if part.strip()]
    bounds = [_bounds(one[1], one[2], size) for one in found if one]
    if not bounds or len(bounds) < len(found) or None in bounds:
        return _whole(size)
    return joined([(first, last) for first, last in filter(None, bounds) if first <= last])


def joined(ranges: Iterable[Range]) -> list[Range]:
    """In order; those that overlap or touch are one."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def beyond(ranges: Iterable[Range], head: int) -> int:
    """How many different bytes they hold after the first `head` bytes."""
    return sum(max(0, last - max(first, head) + 1) for first, last in joined(ranges))


def _whole(size: int) -> list[Range]:
    return [(0, size - 1)] if size else []


def _bounds(first: str, last: str, size: int) -> Range | None:
    """None if it is none; the last before the first if the file has none of it."""
    if not first:
        return (max(0, size - int(last)), size - 1) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1
