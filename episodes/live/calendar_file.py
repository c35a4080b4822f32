"""A live recording for people's calendars (RFC 5545)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from core.links import absolute
from episodes.models import LiveRecording

MEDIA_TYPE = "text/calendar; charset=utf-8"
_LINE = 75  # bytes, without the line's end (3.1)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def calendar(recording: LiveRecording) -> str:
    """The file's text. The same event for ever: its UID is stable, and SEQUENCE goes up when its time changes (3.8.7.4)."""
    return "".join(f"{line}\r\n" for content in _lines(recording) for line in folded(content))


def _lines(recording: LiveRecording) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Masthead//Live recordings//EN")
    yield from ("CALSCALE:GREGORIAN", "METHOD:PUBLISH", "BEGIN:VEVENT")
    yield f"UID:{recording.guid}"
    yield f"DTSTAMP:{_moment(recording.changed_at)}"
    yield f"LAST-MODIFIED:{_moment(recording.changed_at)}"
    yield f"SEQUENCE:{recording.sequence}"
    yield f"STATUS:{'CANCELLED' if recording.is_called_off else 'CONFIRMED'}"
    yield f"DTSTART:{_moment(recording.starts_at)}"
    yield f"DTEND:{_moment(recording.ends_at)}"
    yield f"SUMMARY:{escaped(f'{recording.show.name}: {recording.title}')}"
    page = absolute(recording.get_absolute_url())
    words = "\n\n".join(filter(None, [recording.description.strip(), recording.watch_url, page]))
    yield f"DESCRIPTION:{escaped(words)}"
    if recording.watch_url:
        yield f"LOCATION:{escaped(recording.watch_url)}"
    yield f"URL:{page}"
    yield from ("TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """As a TEXT (3.3.11), on one line."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[\\;,]", lambda found: f"\\{found[0]}", text).replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """Lines of at most 75 bytes, cut between characters; what goes on begins with a blank (3.1)."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode(errors="replace"))
        if size + width > _LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + width
    yield piece
