"""Dates as authors write them into front matter and paths."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from django.utils.dateparse import parse_datetime

from core.importing import ItemFailed

_IN_PATH = re.compile(r"(?<!\d)(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?!\d)")
_SPELLED = (
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%Y.%m.%d",
)
YEARS = range(1900, 9999)  # what the archive pages know


def read(written: str) -> datetime:
    """A point in time, in UTC where no zone is given. Raises ItemFailed rather than guess (04/05/2020)."""
    found = _read(written.strip())
    if found is None or found.year not in YEARS:
        raise ItemFailed(f"“{written[:60]}” is not a date that can be understood; write it as 2026-11-21.")
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def in_path(*paths: str) -> datetime | None:
    """The day in the first path that holds one: `2017/04/27/x`, `2017-04-27-x`; midnight UTC."""
    for path in paths:
        for year, month, day in _IN_PATH.findall(path):
            try:
                found = datetime(int(year), int(month), int(day), tzinfo=UTC)
            except ValueError:
                continue
            if found.year in YEARS:
                return found
    return None


def without_date(name: str) -> str:
    """`2017-04-27-rust` is `rust`."""
    return re.sub(r"^\d{4}-\d{1,2}-\d{1,2}[-_]?", "", name) or name


def _read(written: str) -> datetime | None:
    for reader in (_iso_day, parse_datetime, _spelled, parsedate_to_datetime):
        try:
            if found := reader(written):
                return found
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _iso_day(written: str) -> datetime:
    day = date.fromisoformat(written)
    return datetime(day.year, day.month, day.day)


def _spelled(written: str) -> datetime | None:
    for form in _SPELLED:
        try:
            return datetime.strptime(written, form)
        except ValueError:
            continue
    return None
