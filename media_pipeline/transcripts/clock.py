"""Times as files write them, in milliseconds."""

import re

_STAMP = (
    r"(?:([0-9]{1,3}):)?([0-9]{1,2}):([0-9]{2}|[0-9](?=\.[0-9]))(?:[.,]([0-9]{1,3}))?(?![0-9]|[:.,][0-9])"
)
_OPEN, _CLOSE = r"(?:\\?[\[(<]@?)?", r"(?:\\?[\])>])?"
_LEADING = re.compile(rf"\s*{_OPEN}{_STAMP}{_CLOSE}(?:\s*(?:-->|[-–—]|to)\s*{_OPEN}{_STAMP}{_CLOSE})?[:\s]*")


def milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None = None) -> int | None:
    """None when this is no time of day of a recording: 61 minutes, 60 seconds."""
    if int(seconds) > 59 or (int(minutes) > 59 and hours):
        return None
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0")[:3])


def leading(text: str) -> tuple[int, int | None, str] | None:
    """The time that a line begins with, as people write it: `1:05`, `00:01:05`, `[1:05]`, `0:05 - 0:09`.

    Returns start, end or None, and the rest of the line; None when it begins with no time.
    """
    match = _LEADING.match(text)
    if not match or (start := milliseconds(*match.group(1, 2, 3, 4))) is None:
        return None
    end = milliseconds(*match.group(5, 6, 7, 8)) if match[6] else None
    return start, end, text[match.end() :]


def written(time: int, dot: str = ".") -> str:
    """`00:01:05.250`"""
    seconds, fraction = divmod(time, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{dot}{fraction:03}"
