"""One object into one region: brought there, and proven to be there, byte for byte.

Where the region's storage can read the origin's bucket it copies by itself; else the bytes go through us. No function
here asks the database.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from core.faults import point
from media_pipeline.models import Region
from media_pipeline.regions import buckets
from media_pipeline.regions.problems import PROBLEMS, sentence
from media_pipeline.storage import MISSING, REFUSED, StorageUnavailable, code_of, translated

LARGE = 8 * 1024**2  # bytes; more is never held in memory, and takes its time
WHOLE = 5 * 1024**3  # bytes; S3 copies no more than that with one request
PART = 512 * 1024**2  # bytes of each part of more; there are at most 10,000
BLOCK = 1024**2

_CANNOT = ("AccessDenied", "403", "NotImplemented", "501", "MethodNotAllowed", "InvalidRequest")
_LATER = ("SlowDown", "RequestTimeout", "Throttling", "ThrottlingException", "TooManyRequests", "429")
_NOT_OURS = "{}: the origin’s bytes are not those that were encoded. Have it encoded anew."
SILENT, _SHUT = 3, 9  # how much more than one 503 it says of a region


class Away(StorageUnavailable):
    """A region did not do what was asked; `weight` says how much that says of the next question."""

    def __init__(self, words: str, weight: int) -> None:
        super().__init__(words)
        self.weight = weight


class NotCopied(Exception):
    """This one object cannot be brought, or is not what it should be; the message is a sentence for a person."""


class Different(NotCopied):
    """It is there, and not what it should be."""


type Facts = tuple[int, str]  # bytes, ETag


@dataclass(slots=True)
class Thing:
    """What a claimed row says of its object."""

    id: int
    key: str
    bytes: int
    sha256: str
    doubted: bool  # it was wrong: now only its own bytes prove it
    claimed_until: datetime
    tries: int = 0  # in this run

    @property
    def large(self) -> bool:
        return self.bytes > LARGE


class Origin:
    """What the origin says of its objects, asked once for all regions and a recording. May be used by many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asking: dict[str, Lock] = {}
        self._said: dict[str, dict[str, Facts]] = {}

    def facts(self, key: str) -> Facts:
        """Raises StorageUnavailable and NotCopied."""
        place = key.rpartition("/")[0] + "/"
        with self._lock:
            one = self._asking.setdefault(place, Lock())
        with one:
            if key not in self._said.get(place, ()):
                self._said[place] = _listed_at_origin(place)
        if key not in self._said[place]:
            raise _lost(key)
        return self._said[place][key]


def copy(region: Region, thing: Thing, origin: Origin) -> str:
    """Bring it to the region and prove that it is there; what the region calls it (its ETag).

    Raises Away, NotCopied, and StorageUnavailable where it is the origin that does not answer.
    """
    with answering(region):
        client = buckets.client(region, _patience(thing))
        proven, etag = _bring(region, client, thing)
        point("sync.after_copy")
        if not (proven or _is_like_the_origins(thing, etag, origin)):
            prove(client, region.bucket, thing)
        return etag


def prove(client: Any, bucket: str, thing: Thing) -> None:
    """Read it back and hash it. Raises NotCopied."""
    try:
        body = client.get_object(Bucket=bucket, Key=thing.key)["Body"]
    except ClientError as error:
        if code_of(error) in ("NoSuchKey", "404"):
            raise NotCopied(f"{thing.key} is not there.") from error
        raise
    digest, size = hashlib.sha256(), 0
    for block in body.iter_chunks(BLOCK):
        digest.update(block)
        size += len(block)
    if digest.hexdigest() != thing.sha256:
        raise Different(
            f"{thing.key}: what lies there ({size} of {thing.bytes} bytes) is not what was encoded."
        )


def _bring(region: Region, client: Any, thing: Thing) -> tuple[bool, str]:
    """Whether the storage has proven the bytes already, and the ETag."""
    if not buckets.at_the_origins_service(region):
        return _stream(region, client, thing)
    by_itself = _copy_in_parts if thing.bytes > WHOLE else _copy_there
    try:
        return by_itself(region, client, thing)
    except ClientError as error:
        if code_of(error) == "NoSuchKey":
            raise _lost(thing.key) from error
        if code_of(error) not in _CANNOT:
            raise
    return _stream(region, client, thing)


def _copy_there(region: Region, client: Any, thing: Thing) -> tuple[bool, str]:
    answer = client.copy_object(
        Bucket=region.bucket, Key=thing.key, CopySource=_source(thing), ChecksumAlgorithm="SHA256"
    )["CopyObjectResult"]
    told = answer.get("ChecksumSHA256", "")
    if told and "-" not in told and told != _base64(thing.sha256):
        raise Different(_NOT_OURS.format(thing.key))
    return told == _base64(thing.sha256), _etag(answer)


def _copy_in_parts(region: Region, client: Any, thing: Thing) -> tuple[bool, str]:
    _head_of_origin(thing.key)
    in_parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)
    client.copy(
        _source(thing),
        region.bucket,
        thing.key,
        SourceClient=buckets.origin(buckets.FILMS),
        Config=in_parts,
    )
    return False, _etag(client.head_object(Bucket=region.bucket, Key=thing.key))


def _stream(region: Region, client: Any, thing: Thing) -> tuple[bool, str]:
    found = _get_from_origin(thing)
    kept = {name: found[name] for name in ("ContentType", "CacheControl") if name in found}
    target = {"Bucket": region.bucket, "Key": thing.key}
    passing = _Passing(found["Body"])
    if thing.large:
        in_parts = TransferConfig(use_threads=False, multipart_threshold=LARGE)
        client.upload_fileobj(passing, **target, ExtraArgs=kept, Config=in_parts)
        _is_whole(thing, passing)
        return False, _etag(client.head_object(**target))
    content = passing.read()
    _is_whole(thing, passing)
    answer = client.put_object(**target, Body=content, ChecksumSHA256=_base64(thing.sha256), **kept)
    etag = _etag(answer)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return answer.get("ChecksumSHA256") == _base64(thing.sha256) or etag == md5, etag


class _Passing:
    """The origin's bytes on their way, hashed. Its `read` raises StorageUnavailable when it is the origin that stops."""

    def __init__(self, body: Any) -> None:
        self.body, self.digest = body, hashlib.sha256()

    def read(self, size: int | None = None) -> bytes:
        with translated():
            block: bytes = self.body.read(size)
        self.digest.update(block)
        return block


def _is_whole(thing: Thing, passing: _Passing) -> None:
    if passing.digest.hexdigest() != thing.sha256:
        raise (Different if thing.large else NotCopied)(_NOT_OURS.format(thing.key))


def _is_like_the_origins(thing: Thing, etag: str, origin: Origin) -> bool:
    """The MD5 of the copy is that of the origin. An ETag with a dash, of parts, is none."""
    return not thing.doubted and "-" not in etag and origin.facts(thing.key) == (thing.bytes, etag)


def _head_of_origin(key: str) -> Any:
    with translated():
        try:
            return buckets.origin(buckets.COPYING).head_object(Bucket=settings.S3_BUCKET, Key=key)
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchKey"):
                raise _lost(key) from error
            raise


def _listed_at_origin(place: str) -> dict[str, Facts]:
    with translated():
        pages = buckets.origin(buckets.FILMS).get_paginator("list_objects_v2")
        listed = pages.paginate(Bucket=settings.S3_BUCKET, Prefix=place)
        return {one["Key"]: facts_of(one) for page in listed for one in page.get("Contents", [])}


def facts_of(listed: Any) -> Facts:
    return listed["Size"], _etag(listed)


def _get_from_origin(thing: Thing) -> Any:
    client = buckets.origin(_patience(thing))
    with translated():
        try:
            return client.get_object(Bucket=settings.S3_BUCKET, Key=thing.key)
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                raise _lost(thing.key) from error
            raise


def _patience(thing: Thing) -> Config:
    return buckets.FILMS if thing.large else buckets.COPYING


def _lost(key: str) -> NotCopied:
    return NotCopied(f"The origin has no {key}: have it encoded anew.")


def _source(thing: Thing) -> dict[str, str]:
    return {"Bucket": settings.S3_BUCKET, "Key": thing.key}


def _etag(answer: Any) -> str:
    return str(answer["ETag"]).strip('"')


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def greet(region: Region) -> None:
    """Whether there is anybody, within seconds. Raises Away."""
    if buckets.is_the_origin(region):
        raise Away(f"The bucket {region.bucket} is the origin’s own: give the region another one.", _SHUT)
    with answering(region):
        try:
            buckets.client(region, buckets.ASKING).head_bucket(Bucket=region.bucket)
        except ClientError as error:
            if code_of(error) in MISSING:
                raise
        except BotoCoreError as error:
            raise Away(sentence(region, error), _SHUT) from error


@contextmanager
def answering(region: Region) -> Iterator[None]:
    """What the region's client raises is said of the region, or of the one object."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        words = sentence(region, error)
        if code_of(error) in (*MISSING, *REFUSED):
            raise Away(words, _SHUT) from error
        if status >= 500 or code_of(error) in _LATER:
            raise Away(words, 1) from error
        raise NotCopied(words) from error
    except (BotoCoreError, Boto3Error) as error:
        raise Away(sentence(region, error), SILENT) from error
    except PROBLEMS as error:
        raise Away(sentence(region, error), _SHUT) from error
