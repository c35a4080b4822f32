"""Whose address is it? Answers for URLs as authors type them; none of these raises."""

import re
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

# "//host", "/\host" and a tab between the slashes all lead away from this site
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\s\\]*")


def parse(url: str) -> SplitResult | None:
    """The parts of an http(s) or scheme-relative URL with a host, or None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https", "") and parts.netloc else None


def origin(url: str) -> str:
    """`https://host:port` in lower case, "" for anything that has no host."""
    parts = parse(url)
    return f"{parts.scheme or 'https'}://{parts.netloc.lower()}" if parts else ""


def is_outside(url: str) -> bool:
    """Whether the URL names a host that is not ours."""
    return origin(url) not in ("", origin(settings.SITE_URL), origin(settings.MEDIA_URL))


def is_own_file(url: str) -> bool:
    """Whether a picture may be loaded from here: an absolute path, or one of our two origins."""
    return bool(_LOCAL_PATH.fullmatch(url)) or (bool(origin(url)) and not is_outside(url))


def file_name(url: str) -> str:
    parts = parse(url)
    return (parts.path.rpartition("/")[2] or parts.netloc) if parts else ""
