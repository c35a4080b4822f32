"""Addresses that a feed names: which may be kept, which may be fetched. Nothing is asked or looked up here."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, unquote, urljoin, urlsplit

from django.conf import settings

from core import outbound
from core.outbound.addresses import resolve

_INSIDE = (".local", ".internal", ".localhost", ".lan", ".home.arpa")
_PLAYLISTS = (".m3u8", ".m3u", ".pls", ".mpd")
_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/x-m4a",
    ".mp4": "video/mp4",
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
    ".ogg": "audio/ogg",
    ".opus": "audio/opus",
    ".aac": "audio/aac",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
}
LONGEST = 2000
_SAFE = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is "" if it cannot be used; `why` is the sentence then."""

    url: str
    why: str = ""


def link(written: str, base: str = "", most: int = LONGEST) -> Link:
    """An absolute http(s) address of a host that everybody can reach."""
    written = written.strip()
    if not written:
        return Link("", "It has no address.")
    try:
        whole = quote(urljoin(base, written), safe=_SAFE)
        parts = urlsplit(whole)
    except ValueError:
        return Link("", f"“{written[:80]}” is no address.")
    if parts.scheme not in ("http", "https"):
        said = f"{parts.scheme}:" if parts.scheme else "relative"
        return Link(
            "", f"“{written[:80]}” is {said}; only addresses that begin with http:// or https:// are used."
        )
    if len(whole) > most:
        return Link("", f"Its address is longer than {most} characters.")
    return Link(whole) if path_here(whole) or whole.startswith(settings.MEDIA_URL) else _of_everybody(whole)


def _of_everybody(url: str) -> Link:
    """A name is looked up only when it is asked: then it is judged again."""
    try:
        where = outbound.target(url, _ANY_PORT)
        if _is_ip(where.host):
            resolve(where, _SECONDS)
    except outbound.OutboundError as error:
        return Link("", f"“{url[:80]}” leads to no public host. {error}")
    inside = where.host == "localhost" or where.host.endswith(_INSIDE)
    if inside or ("." not in where.host and not _is_ip(where.host)):
        return Link("", f"“{url[:80]}” leads to no public host.")
    return Link(url)


_SECONDS = 5
_ANY_PORT = range(1, 65536)  # podcasts are served from many; asking them is another matter


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_playlist(url: str, media_type: str) -> bool:
    """Whether it only names what is to be played: no feed may have it as an enclosure (Apple)."""
    return urlsplit(url).path.lower().endswith(_PLAYLISTS) or "mpegurl" in media_type.lower()


def media_type(url: str, told: str) -> str:
    """What the feed says if it is a media type, else what the end of the address says, else audio/mpeg."""
    told = told.strip().lower().partition(";")[0].strip()
    kind, _, name = told.partition("/")
    if (
        kind in ("audio", "video", "application", "text", "image")
        and name
        and len(told) <= 60
        and told.isascii()
    ):
        return told
    path = urlsplit(url).path.lower()
    return next((known for end, known in _TYPES.items() if path.endswith(end)), "audio/mpeg")


def path_here(url: str) -> str:
    """The path of an address of this very site; "" for all others."""
    here, there = urlsplit(settings.SITE_URL), urlsplit(url)
    return there.path or "/" if there.netloc.lower() == here.netloc.lower() and there.netloc else ""


def last_segment(url: str) -> str:
    """Of the path, without an ending: python-language-summit-2024."""
    segment = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    name, dot, ending = segment.rpartition(".")
    return name if dot and len(ending) <= 5 and ending.isalpha() else segment
