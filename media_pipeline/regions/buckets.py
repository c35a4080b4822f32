"""boto3's clients of the regions' buckets and of the origin's, made once a process; they may be used by many threads."""

import os
import threading
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from django.conf import settings

from media_pipeline.models import Region

THREADS = 16  # that may use a client at once
# Whoever copies can wait; whoever only asks whether somebody is there cannot.
WORKING = Config(
    max_pool_connections=THREADS, connect_timeout=3, read_timeout=60, retries={"total_max_attempts": 2}
)
# Of what is small: whoever copies tries again by themselves, and a place that is dark is to be noticed soon.
COPYING = Config(
    max_pool_connections=THREADS, connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 1}
)
FILMS = Config(
    max_pool_connections=THREADS, connect_timeout=3, read_timeout=60, retries={"total_max_attempts": 4}
)  # parts of what is large, each of which must arrive
ASKING = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 1})


def client(region: Region, config: Config = WORKING) -> Any:
    return _client(
        region.endpoint or settings.S3_ENDPOINT_URL,
        region.code,
        *settings.S3_CREDENTIALS[region.credentials],
        config,
    )


def origin(config: Config = WORKING) -> Any:
    return _client(settings.S3_ENDPOINT_URL, settings.S3_REGION, *settings.S3_CREDENTIALS[""], config)


def at_the_origins_service(region: Region) -> bool:
    """Whether the storage can copy from the origin's bucket by itself: one service, and keys that know both."""
    return not region.endpoint and not region.credentials


def is_the_origin(region: Region) -> bool:
    """Whether somebody has made a region of the very bucket that everything comes from: nothing may be removed there."""
    return region.bucket == settings.S3_BUCKET  # at whatever address, as one place has many


def host(region: Region) -> str:
    """Scheme and host of the addresses that are signed for it, for the Content-Security-Policy."""
    address = region.distribution or region.endpoint or settings.S3_ENDPOINT_URL
    if not address:  # boto3 puts a bucket with dots into the path: no certificate fits its name as a host
        bucket = "" if "." in region.bucket else f"{region.bucket}."
        return f"https://{bucket}s3.{region.code}.amazonaws.com"
    return "{0.scheme}://{0.netloc}".format(urlsplit(address))


_one_by_one = threading.Lock()  # boto3's session cannot make two clients at once


def _client(*about: Any) -> Any:
    with _one_by_one:
        return _made(*about)


@lru_cache(maxsize=64)
def _made(endpoint: str, code: str, key: str, secret: str, config: Config) -> Any:
    own = Config(s3={"addressing_style": "path"}) if endpoint else Config()
    made = boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=code,
        aws_access_key_id=key or None,
        aws_secret_access_key=secret or None,
        config=settings.S3_CLIENT.merge(own).merge(config),
    )
    made.meta.events.register_first("needs-retry.s3", _stays)
    return made


def _stays(request_dict: dict[str, Any], response: Any, **about: Any) -> None:
    """Not to ask whoever sends us on without a place where that is: boto3 would, until its stack is full."""
    said = response[1] if response else {}
    headers = said.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    if "x-amz-bucket-region" not in headers and "Region" not in said.get("Error", {}):
        request_dict["context"]["s3_redirect"]["redirected"] = True


os.register_at_fork(after_in_child=_made.cache_clear)  # two processes on one connection mix up its answers
