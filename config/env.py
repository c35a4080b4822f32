"""Strict readers for environment variables: a missing or nonsensical value is an error that names its variable.

Every problem found while the settings are read is collected, so that one start-up shows the whole list.
"""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.utils import BadDsn, Dsn

ROOT = Path(__file__).resolve().parent.parent
_BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
_WITH_HOST = ("http", "https", "redis", "rediss", "smtp", "smtps")
_problems: list[str] = []


def load_dotenv() -> None:
    """Read `.env` beside manage.py, if there is one. What the environment already says wins."""
    environ.Env.read_env(ROOT / ".env")


def problem(name: str, why: str) -> None:
    _problems.append(f"{name} {why}")


def finish() -> None:
    """Raise ImproperlyConfigured with every problem found since the last call."""
    found = _problems.copy()
    _problems.clear()
    if found:
        raise ImproperlyConfigured("The environment is not usable:\n  " + "\n  ".join(found))


def text(name: str, default: str | None = None) -> str:
    """The variable's text; without a default it must be set and not empty."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        problem(name, "is missing")
        return ""
    return default


def boolean(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value not in _BOOLEANS:
        problem(name, f"must be 1 or 0, not {value!r}")
        return default
    return _BOOLEANS[value]


def integer(name: str, default: int, *, at_least: int = 0, at_most: int = 10**9) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        number = at_least - 1
    if not at_least <= number <= at_most:
        problem(name, f"must be a whole number from {at_least} to {at_most}, not {value!r}")
        return default
    return number


def words(name: str) -> list[str]:
    """A comma-separated list without empty entries."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        problem(name, f"must be one of {', '.join(allowed)}, not {value!r}")
        return default
    return value


def origin(name: str, default: str | None = None) -> str:
    """An http(s) origin such as `https://example.org`: no path, query or user; returned without a trailing slash.

    Empty, like every reader's value, when there is a problem with it.
    """
    value = text(name, default)
    parts = _split(value)
    wanted = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.username
    if value and (not wanted or parts.path not in ("", "/")):
        problem(name, f"must be an address such as https://example.org, not {value!r}")
        return ""
    return value.rstrip("/")


def url(name: str, schemes: tuple[str, ...], default: str | None = None) -> str:
    """A URL with one of the schemes; the value itself is never repeated, as it may hold a password."""
    value = text(name, default)
    parts = _split(value)
    if value and parts.scheme not in schemes:
        problem(name, f"must start with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return ""
    if parts.scheme in _WITH_HOST and not parts.hostname:
        problem(name, "names no host")
        return ""
    return value


def time_zone(name: str, default: str) -> str:
    """An IANA time zone such as `Europe/Berlin`."""
    value = text(name, default)
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        problem(name, f"must be a time zone such as Europe/Berlin, not {value!r}")
        return default


def sentry_dsn(name: str) -> str:
    """A DSN as Sentry gives it, or nothing."""
    value = text(name, "")
    try:
        return value and str(Dsn(value))
    except BadDsn as error:
        problem(name, f"is no DSN of Sentry: {error}")
        return ""


def executable(name: str) -> str:
    """The path of a program, or nothing."""
    value = text(name, "")
    if value and not os.access(value, os.X_OK):
        problem(name, f"must be the path of a program, not {value!r}")
        return ""
    return value


def credentials(name: str) -> dict[str, tuple[str, str]]:
    """Key id and secret by name: `EU,ASIA` reads S3_EU_ACCESS_KEY_ID and so on. The unnamed pair is always there."""
    named = {word.upper(): f"S3_{word.upper()}" for word in words(name)}
    pairs = {"": (text("S3_ACCESS_KEY_ID", ""), text("S3_SECRET_ACCESS_KEY", ""))}
    return pairs | {
        key: (text(f"{start}_ACCESS_KEY_ID"), text(f"{start}_SECRET_ACCESS_KEY"))
        for key, start in named.items()
    }


def regions(name: str) -> list[dict[str, Any]] | None:
    """A JSON list of objects with name, latitude, longitude and bucket at least; `none` is an empty one, nothing is None."""
    value = text(name, "")
    if value in ("", "none"):
        return [] if value else None
    needed = {"name", "latitude", "longitude", "bucket"}
    try:
        found = json.loads(value)
    except ValueError as error:
        problem(name, f"is not JSON: {error}")
        return []
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and needed <= one.keys() for one in found
    ):
        problem(name, f"must be a list of objects, each with {', '.join(sorted(needed))}")
        return []
    return found


def private_key(name: str) -> bytes:
    """A PEM, in which line breaks may be written as \\n, as the panels of many hosts want it; b"" if there is none."""
    value = text(name, "").replace("\\n", "\n").encode()
    if not value:
        return value
    try:
        load_pem_private_key(value, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        problem(name, "is not a private key in PEM")  # and is never repeated
    return value


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises on nonsense
    except ValueError:
        return urlsplit("")
    return parts


def database(name: str) -> dict[str, Any]:
    """Django's settings for one PostgreSQL: persistent, health-checked connections that never wait for long (milliseconds)."""
    value = url(name, ("postgres", "postgresql"))
    config: dict[str, Any] = (
        dict(environ.Env.db_url_config(value)) if value else {"ENGINE": "django.db.backends.postgresql"}
    )
    limits = {
        "statement_timeout": 30_000,
        "lock_timeout": 3_000,
        "idle_in_transaction_session_timeout": 60_000,
    }
    config.setdefault("OPTIONS", {})
    config["OPTIONS"] = {"connect_timeout": 3, "tcp_user_timeout": 10_000} | config["OPTIONS"]
    config["OPTIONS"]["options"] = " ".join(f"-c {key}={limit}" for key, limit in limits.items())
    return config | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def mailer(name: str, default: str) -> dict[str, Any]:
    """One of Django's MAILERS from `smtp://user:password@host:587?tls=1`, `smtps://...`, `ses://eu-west-1` or `console:`."""
    value = url(name, ("smtp", "smtps", "ses", "console"), default)
    parts = _split(value)
    if parts.scheme == "console":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme == "ses":
        client = {"region_name": parts.hostname}
        return {"BACKEND": "anymail.backends.amazon_ses.EmailBackend", "OPTIONS": {"client_params": client}}
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname or "localhost",
            "port": parts.port or (465 if parts.scheme == "smtps" else 25),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": parts.scheme == "smtps",
            "use_tls": "tls=1" in parts.query,
            "timeout": 10,
        },
    }


def media_base(name: str, endpoint: str, bucket: str, region: str) -> str:
    """Where readers fetch media, without a trailing slash: a CDN's origin, else the bucket's own address."""
    own = f"{endpoint}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
    return url(name, ("http", "https"), own).rstrip("/")
