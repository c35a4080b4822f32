"""Each request for an episode's file, as a row that says what was asked, and of whom nothing but a salted hash."""

from typing import Any, NamedTuple

import structlog
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from core.clients import hashed_address
from episodes.downloads import ranges
from episodes.models import DownloadEvent, Episode
from media_pipeline.delivery import Visitor

log = structlog.get_logger(__name__)

LONGEST = 300  # characters of a User-Agent
_CONTROL = dict.fromkeys([*range(32), *range(127, 160)], " ")


class File(NamedTuple):
    """What is asked for, in bytes."""

    name: str  # mp3, m4a, mp4
    size: int
    seconds: float
    head: int = 0  # before the sound begins

    @property
    def minute(self) -> int:
        """Of a minute of sound; all of it, where there is less, or nobody knows how long it is."""
        sound = max(0, self.size - self.head)
        return round(sound * 60 / self.seconds) if self.seconds > 60 else sound


def note(request: HttpRequest, episode: Episode, file: File, visitor: Visitor, *, private: bool) -> None:
    """Keep that this was asked. Nobody's listening depends on it: what cannot be kept is logged."""
    if request.method != "GET":
        return
    asked = ranges.asked(request.headers.get("Range", ""), file.size)
    if not asked:
        return
    told = _told(request, file) | {"country": visitor.country, "private": private}
    events = [DownloadEvent(episode=episode, first=first, last=last, **told) for first, last in asked]
    try:
        events[0].save(force_insert=True) if len(events) == 1 else DownloadEvent.objects.bulk_create(events)
    except (DatabaseError, InterfaceError) as error:
        log.warning("download_not_noted", episode=episode.pk, error=str(error))


def _told(request: HttpRequest, file: File) -> dict[str, Any]:
    return {
        "client": hashed_address(request, "episodes.downloads"),
        "agent": agent_of(request),
        "file": file.name,
        "size": file.size,
        "head": file.head,
        "minute": file.minute,
    }


def agent_of(request: HttpRequest) -> str:
    """The User-Agent as far as it is kept: without control characters, at most LONGEST long."""
    told = request.headers.get("User-Agent", "")[:LONGEST]
    return told.encode(errors="replace").decode().translate(_CONTROL).strip()
