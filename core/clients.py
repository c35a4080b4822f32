from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def client_address(request: HttpRequest) -> str:
    """Who asks, as one text to count by: an IPv4 address, or the /64 network of an IPv6 one (that is one household).

    Behind TRUSTED_PROXY_COUNT proxies it is what the outermost of ours has seen; whatever stands further left in
    X-Forwarded-For was written by somebody else. "unknown" when there is nothing to go by.
    """
    address = address_of(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address) if address else "unknown"


def hashed_address(request: HttpRequest, salt: str) -> str:
    """What stands for `client_address` where something is kept: 32 hexadecimal digits that nobody without SECRET_KEY can
    tell an address from. A new key makes other ones of the same addresses.
    """
    return salted_hmac(salt, client_address(request), algorithm="sha256").hexdigest()[:32]


def address_of(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The very address of who asks, by the same trust. For looking up, not for keeping."""
    peer = request.META.get("REMOTE_ADDR", "")
    return _parse(_forwarded(request) or peer) or _parse(peer)


def _forwarded(request: HttpRequest) -> str:
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count = settings.TRUSTED_PROXY_COUNT
    return hops[-count] if 0 < count <= len(hops) else ""


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Also `192.0.2.1:4711` and `[2001:db8::1]:4711`, as some proxies write it."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
