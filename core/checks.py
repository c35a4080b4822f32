"""`manage.py check`: what a person setting this up in production may have forgotten."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def production_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found = [
        (_one_redis(), "W001", "CACHE_URL and REDIS_URL are one database.", _ONE_REDIS),
        (_no_storage(), "W002", "No storage for media is set up.", _NO_STORAGE),
        (_no_mail(), "W003", "MAIL_URL is not set.", _NO_MAIL),
        (not settings.HTTPS, "W004", "SITE_URL is not https.", _NO_HTTPS),
    ]
    return [Warning(what, hint=hint, id=f"core.{number}") for wrong, number, what, hint in found if wrong]


_ONE_REDIS = (
    "A cache should evict when it is full, a queue must not. Give the cache a Redis of its own (CACHE_URL) with "
    "maxmemory-policy allkeys-lru, and leave REDIS_URL at noeviction."
)
_NO_STORAGE = "Set S3_BUCKET with S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or run where an instance role gives access."
_NO_MAIL = (
    "Mails go to localhost:25. Without a server there nobody can confirm an address or sign in by code."
)
_NO_HTTPS = "Passwords would travel readable, and cookies are not marked secure."


def _one_redis() -> bool:
    return settings.CACHE_URL == settings.REDIS_URL


def _no_storage() -> bool:
    storage: Any = settings.STORAGES["default"]
    return settings.S3_BUCKET == "masthead" and not storage.get("OPTIONS", {}).get("access_key")


def _no_mail() -> bool:
    mailer = settings.MAILERS["default"]
    options = mailer.get("OPTIONS", {})
    return (options.get("host"), options.get("port")) == ("localhost", 25)
