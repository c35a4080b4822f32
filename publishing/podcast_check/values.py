"""How single values are judged: addresses, dates, durations, numbers, identities."""

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from ipaddress import ip_address
from urllib.parse import urlsplit

from core import outbound
from core.outbound.addresses import is_public

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
EMAIL = re.compile(r"[^@\s<>()]+@[^@\s<>()]+\.[^@\s<>().]{2,}")
WHOLE = re.compile(r"[0-9]{1,12}")
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_CLOCK = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{1,2})(?:\.[0-9]{1,6})?")
_RFC_2822 = re.compile(
    r"""
    (?:(?P<weekday>[A-Z][a-z]{2}),\s*)?
    \d{1,2}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(?P<year>\d{4}|\d{2})\s+
    \d{2}:\d{2}(?::\d{2})?\s+
    (?P<zone>[+-]\d{4}|[A-Z]{1,5})
    """,
    re.VERBOSE | re.ASCII,
)
_UNIVERSAL = frozenset({"GMT", "UT", "UTC", "Z"})
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")
_EVERY_PORT = range(1, 65536)


def address_problem(url: str) -> str:
    """Why nobody can ask an address, as a sentence; "" if anybody can."""
    try:
        where = outbound.target(url, _EVERY_PORT)
    except outbound.Refused as error:
        return str(error)
    try:
        ip = str(ip_address(where.host))
    except ValueError:
        inside = where.host == "localhost" or where.host.endswith((".localhost", ".local", ".internal"))
        return "That is a name of one's own network." if inside else ""
    return "" if is_public(ip) else "Nobody outside can reach that."


def extension(url: str) -> str:
    """Of an address's path, lower case; "" without one."""
    try:
        found = _EXTENSION.search(urlsplit(url).path)
    except ValueError:
        return ""
    return found[1].lower() if found else ""


def date_of(text: str) -> datetime | None:
    """The moment that a date of RFC 2822 means, as apps read it; None if they cannot."""
    parsed = parsedate_tz(text)
    if parsed is None:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=timezone(timedelta(seconds=parsed[9] or 0)))
    except (ValueError, OverflowError):
        return None


def date_problem(text: str) -> str:
    """Why a date is none by RFC 2822, as half a sentence; "" if it is one. Zones: see `zone_of`."""
    written = _RFC_2822.fullmatch(text)
    moment = date_of(text)
    if moment is None:
        return "it is no date"
    if written is None:
        return "it is not written as in “Sat, 21 Nov 2026 08:00:00 +0000”"
    if len(written["year"]) == 2:
        return "its year has two digits"
    weekday = WEEKDAYS[moment.weekday()]
    if written["weekday"] and written["weekday"] != weekday:
        return f"that day is a {weekday}"
    return ""


def zone_of(text: str) -> str:
    """The zone's name if it is one that has to be guessed ("EST"); "" if it is a number, or universal time."""
    written = _RFC_2822.fullmatch(text)
    if written is None or written["zone"][0] in "+-" or written["zone"] in _UNIVERSAL:
        return ""
    return written["zone"]


def seconds_of(text: str) -> float | None:
    """Of an itunes:duration: 2893, 48:13 or 1:12:33; None if it is no time."""
    if WHOLE.fullmatch(text):
        return float(text)
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in clock.groups())
    return 3600.0 * hours + 60 * minutes + seconds


def is_number(text: str) -> bool:
    """A positive whole number."""
    return WHOLE.fullmatch(text) is not None and int(text) > 0


def is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def moment_of(text: str) -> datetime | None:
    """Of ISO 8601 with a zone, as a podcast:liveItem starts; None otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def is_future(moment: datetime) -> bool:
    """By more than a day: clocks and zones are often wrong by hours."""
    return moment > datetime.now(UTC) + timedelta(days=1)
