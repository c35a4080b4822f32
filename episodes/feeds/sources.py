"""A feed from wherever a command is told: a show of ours, an address, or a file."""

from dataclasses import dataclass, field
from pathlib import Path

from django.core.validators import slug_re
from django.http import HttpRequest
from django.urls import resolve

from core import outbound
from episodes.models import Show
from publishing.podcast_check import Facts
from publishing.podcast_check.limits import MOST_FEED_BYTES

_MOST = MOST_FEED_BYTES // outbound.MEBIBYTE


class NotThere(Exception):
    """The feed cannot be had; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    data: bytes
    facts: Facts = field(default_factory=Facts)


def source(place: str) -> Source:
    """Of an address, a show's slug, or a path: what it looks like decides. Raises NotThere.

    The database is asked for what can be a slug alone, so that files and addresses are judged without one.
    """
    if "://" in place:
        return _fetched(place)
    show = Show.objects.filter(slug=place).first() if slug_re.fullmatch(place) else None
    if show:
        return _ours(show)
    path = Path(place)
    if path.exists():
        return _from_file(path)
    raise NotThere("There is no show with this slug, and no file of this name.")


def _fetched(address: str) -> Source:
    try:
        answer = outbound.fetch(address, most_bytes=MOST_FEED_BYTES, timeout=60, purpose="check")
    except outbound.OutboundError as error:
        raise NotThere(str(error)) from error
    if answer.status != 200:
        raise NotThere(f"The server answers {answer.status}.")
    named = [answer.headers.get(name) for name in ("ETag", "Last-Modified")]
    facts = Facts(content_type=answer.headers.get("Content-Type", ""), has_validator=any(named))
    return Source(address, answer.body, facts)


def _ours(show: Show) -> Source:
    """The very bytes that the public gets, without the page cache before them."""
    request = HttpRequest()
    request.method, request.path = "GET", show.feed_path
    view, args, kwargs = resolve(show.feed_path)
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    response = view(request, *args, **kwargs)
    if response.status_code != 200:
        raise NotThere(f"The feed of {show.name} answers {response.status_code}: it has moved or ended.")
    return Source(show.slug, response.content, Facts(content_type=response.headers.get("Content-Type", "")))


def _from_file(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_FEED_BYTES + 1)
    except OSError as error:
        raise NotThere(f"The file cannot be read: {error.strerror}.") from error
    if len(data) > MOST_FEED_BYTES:
        raise NotThere(f"The file is larger than {_MOST} MB, and no app reads such a feed.")
    return Source(str(path), data)
