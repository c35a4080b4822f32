"""The only way this project asks other sites for anything.

    answer = fetch("https://example.org/feed.xml", most_bytes=20 * 1024 * 1024)

Addresses come from editors and from other sites, so that each is judged before it is asked, and again at each redirect:
only public IP addresses, only http and https. The name is looked up once, and the connection goes to what was judged.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from errno import EDQUOT, EFBIG, ENOSPC
from http.client import HTTPException
from ssl import SSLCertVerificationError
from typing import BinaryIO
from urllib.parse import urljoin

from django.conf import settings
from urllib3.exceptions import DecodeError, HTTPError
from urllib3.response import HTTPResponse

from core.outbound.addresses import LONGEST, STANDARD_PORTS, Target, allowing, resolve, target
from core.outbound.connections import Deadline, open_to
from core.outbound.errors import (
    BadAnswer,
    NoSuchHost,
    OutboundError,
    Refused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    Untrusted,
)

__all__ = [
    "LONGEST",
    "BadAnswer",
    "Hop",
    "NoSuchHost",
    "OutboundError",
    "Refused",
    "Response",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
    "Untrusted",
    "allowing",
    "fetch",
    "target",
]

MEBIBYTE = 1024 * 1024
_CHUNK = 64 * 1024
_MOVED = (301, 302, 303, 307, 308)
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "cookie"})
_SECRET = frozenset({"authorization", "proxy-authorization"})
_NAME = re.compile(r"[A-Za-z0-9-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")
_METHOD = re.compile(r"[A-Z]+")


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect on the way: its status, and where it led."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """`url` is where it came from in the end; `headers` ignore case; `body` is unpacked."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    hops: tuple[Hop, ...] = ()

    @property
    def retry_after(self) -> float | None:
        """How many seconds from now they ask us to wait (RFC 9110, Retry-After); None if they do not, or not clearly."""
        asked = self.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"[0-9]{1,9}", asked):
            return float(asked)
        try:
            when = parsedate_to_datetime(asked)
        except ValueError:
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    headers: dict[str, str]
    data: bytes | None
    most_bytes: int
    want_body: bool
    sink: BinaryIO | None = None
    hops: tuple[Hop, ...] = field(default=())


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
    timeout: float = 15,
    most_bytes: int = 5 * MEBIBYTE,
    redirects: int = 5,
    ports: Collection[int] = STANDARD_PORTS,
    want_body: bool = True,
    purpose: str = "",
    before_each: Callable[[str], None] | None = None,
    into: BinaryIO | None = None,
) -> Response:
    """Ask another site, whatever its status is then. Raises an OutboundError with a sentence.

    `timeout`: seconds for everything together. `most_bytes`: of the body, unpacked. `want_body` False reads no body,
    however large. `purpose`: one word for the other side's log. `before_each` is called with the host's name before each
    request, redirects included; the time it takes counts. `into`: a file that the body is written to, instead of being
    kept in memory; what is written when an error is raised is no whole.
    """
    request = _Request(method, _headers(headers or {}, purpose), data, most_bytes, want_body, into)
    if not _METHOD.fullmatch(method):
        raise Refused("This is no method of HTTP.")
    where = target(url, ports)
    with Deadline(timeout) as deadline:
        while True:
            if before_each:
                before_each(where.host)
            answer = _ask(where, request, deadline)
            moved = _moved_to(answer)
            if moved is None:
                return answer
            if len(request.hops) >= redirects:
                raise TooManyRedirects(f"It redirects more than {redirects} times.")
            request, where = _follow(request, where, target(moved, ports), answer.status)


def _headers(wished: Mapping[str, str], purpose: str) -> dict[str, str]:
    for name, value in wished.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in _OURS:
            raise Refused(f"The header {name!r} cannot be sent.")
    agent = f"Masthead{f'-{purpose}' if purpose else ''} (+{settings.SITE_URL})"
    return {"User-Agent": agent, "Accept": "*/*", **wished, "Accept-Encoding": "gzip"}


def _ask(where: Target, request: _Request, deadline: Deadline) -> Response:
    """One request and its answer; a redirect is not followed."""
    connection = open_to(where, resolve(where, deadline.left()), deadline)
    try:
        connection.request(
            request.method, where.path, body=request.data, headers=request.headers, preload_content=False
        )
        answer = connection.getresponse()
        wanted = request.want_body and _moved_to_header(answer.status, answer.headers) is None
        body = _read(answer, request) if wanted else b""
    except (OSError, HTTPException, HTTPError) as error:
        if getattr(error, "errno", None) in (ENOSPC, EDQUOT, EFBIG):
            raise  # ours, not theirs
        deadline.left()
        raise _explained(where, error) from error
    finally:
        connection.close()
    deadline.left()  # a connection that was cut can look like one that ended
    return Response(answer.status, where.url, answer.headers, body, request.hops)


def _read(answer: HTTPResponse, request: _Request) -> bytes:
    most = request.most_bytes
    declared = answer.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:20]) > most:
        raise TooLarge(_too_large(most))
    body, read = bytearray(), 0
    while piece := answer.read(_CHUNK):
        read += len(piece)
        if read > most:
            raise TooLarge(_too_large(most))
        if request.sink:
            request.sink.write(piece)
        else:
            body += piece
    return bytes(body)


def _too_large(most: int) -> str:
    return f"The answer is larger than {most / MEBIBYTE:.3g} MB."


def _moved_to(answer: Response) -> str | None:
    location = _moved_to_header(answer.status, answer.headers)
    if location is None:
        return None
    try:
        return urljoin(answer.url, location.encode("latin-1").decode("utf-8", "replace"))
    except ValueError as error:
        raise Refused("It redirects to something that is no address.") from error


def _moved_to_header(status: int, headers: Mapping[str, str]) -> str | None:
    return headers.get("Location") if status in _MOVED else None


def _follow(request: _Request, old: Target, new: Target, status: int) -> tuple[_Request, Target]:
    """What to ask next (RFC 9110, 15.4). Another origin learns no secrets of the first."""
    request = replace(request, hops=(*request.hops, Hop(status, new.url)))
    if status == 303 or (status in (301, 302) and request.method == "POST"):
        request = replace(request, method="HEAD" if request.method == "HEAD" else "GET", data=None)
    if new.origin != old.origin:
        kept = {name: value for name, value in request.headers.items() if name.lower() not in _SECRET}
        request = replace(request, headers=kept)
    return request, new


def _explained(where: Target, error: Exception) -> OutboundError:
    if isinstance(error, SSLCertVerificationError):
        return Untrusted(f"The certificate of {where.host} is not valid: {error.verify_message}.")
    if isinstance(error, DecodeError):
        return BadAnswer(f"What {where.host} sent cannot be unpacked.")
    if isinstance(error, HTTPException | HTTPError):
        return BadAnswer(f"What {where.host} sent is no proper answer.")
    return Unreachable(f"No connection to {where.host} could be made or kept.")
