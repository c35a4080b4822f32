"""Which addresses may be asked: public ones, written plainly. A name is looked up once, and what was found is what is asked."""

import re
import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from core.outbound.errors import NoSuchHost, Refused, TooSlow, Unreachable

STANDARD_PORTS = frozenset({80, 443})
LONGEST = 2000  # characters of a URL
_DEFAULT_PORT = {"http": 80, "https": 443}
_UNUSABLE = re.compile(r"[\x00-\x20\x7f\\]")
_WITH_USER = re.compile(r"[^/?#]*//[^/?#]*@")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)\.?")
_UNICAST = ip_network("2000::/3")
# Globally routed as far as the registry says, and yet a way inside
_BACK_DOORS = [
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's metadata
        "192.88.99.0/24",  # 6to4 relays
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
    )
]
_allowed: set[tuple[str, int]] = set()


@dataclass(frozen=True, slots=True)
class Target:
    """One URL taken apart. `host` is ASCII and lower case, without brackets; `path` begins with / and holds the query."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def target(url: str, ports: Collection[int] = STANDARD_PORTS) -> Target:
    """Raises Refused for what is no plain http(s) URL. The fragment is dropped: it stays with the reader."""
    if len(url) > LONGEST or _UNUSABLE.search(url):
        raise Refused("This address is too long or holds characters that belong into no address.")
    try:
        parts = parse_url(url)
    except (LocationParseError, ValueError) as error:
        raise Refused("This is no address that can be asked.") from error
    if parts.scheme not in _DEFAULT_PORT or not parts.host:
        raise Refused("Only addresses that begin with http:// or https:// are asked.")
    if _WITH_USER.match(url):
        raise Refused("An address with a user name or password in it is not asked.")
    port = _DEFAULT_PORT[parts.scheme] if parts.port is None else parts.port
    host = _host(parts)
    if port not in ports and port not in {allowed for _, allowed in _allowed}:
        raise Refused(f"Port {port} is not one that is asked.")
    plain = parts._replace(fragment=None, path=parts.path or "/")
    return Target(plain.url, parts.scheme, host, port, plain.request_uri)


def _host(parts: Url) -> str:
    host = (parts.host or "").lower()
    if host.startswith("["):
        return host[1:-1]
    if not _NAME.fullmatch(host) or len(host) > 253:
        raise Refused("The host's name holds characters that belong into no name.")
    if _NUMBER.fullmatch(host.rsplit(".", 2 if host.endswith(".") else 1)[-1]):
        try:
            IPv4Address(host)
        except ValueError as error:
            raise Refused("The host is an IP address in an odd spelling.") from error
    return host


def resolve(where: Target, seconds: float) -> list[str]:
    """The IP addresses to connect to, all of them public. Raises Refused, NoSuchHost, Unreachable or TooSlow."""
    found = _look_up(where, seconds)
    if not all(is_public(address) or (address, where.port) in _allowed for address in found):
        raise Refused(f"{where.host} is not a public address.")
    return found


def is_public(address: str) -> bool:
    """Whether the whole internet can reach it; False for every form of IPv6 that wraps an IPv4 address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    plain = ip in _UNICAST if isinstance(ip, IPv6Address) else not ip.is_multicast
    return plain and ip.is_global and not ip.is_reserved and not any(ip in network for network in _BACK_DOORS)


def _look_up(where: Target, seconds: float) -> list[str]:
    """In a thread, as the system's resolver cannot be told how long it may take."""
    answers: list[list[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
            answers.append(list(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(0, seconds))
    answer = answers[0] if answers else TooSlow(f"The name {where.host} could not be looked up in time.")
    if isinstance(answer, list) and answer:
        return answer
    raise _explained(where.host, answer)


def _explained(host: str, answer: object) -> Exception:
    if isinstance(answer, TooSlow):
        return answer
    unknown = isinstance(answer, UnicodeError) or (
        isinstance(answer, socket.gaierror) and answer.errno in (socket.EAI_NONAME, socket.EAI_NODATA)
    )
    return (
        NoSuchHost(f"There is no host {host}.") if unknown else Unreachable(f"{host} could not be looked up.")
    )


@contextmanager
def allowing(*sockets: tuple[str, int]) -> Iterator[None]:
    """For tests alone, which serve on 127.0.0.1: these (IP address, port) may be asked meanwhile, in this process."""
    before = frozenset(_allowed)
    _allowed.update(sockets)
    try:
        yield
    finally:
        _allowed.intersection_update(before)
