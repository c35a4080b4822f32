"""A reader who asks for what is live every few milliseconds, and looks whether everything that it names is there."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from django.db.models import F

from core.invariants import examine
from media_pipeline import storage
from media_pipeline.encoding.keeping import CLOSED, prefix
from media_pipeline.models import Encoding, Rendition
from tests.harness.threads import beside

NAME = re.compile(r'(?<=URI=")[^"]+|^[0-9a-f]{64}\.\w+', re.MULTILINE)
RANGE = re.compile(r'(?:BYTERANGE="|BYTERANGE:)(\d+)@(\d+)')


def broken(encoding: Encoding) -> list[str]:
    """What a player would miss: files that are not there, names that no file has, bytes behind the end of a file."""
    live = Rendition.objects.filter(set__live_for=encoding)
    files = list(live.annotate(original=F("set__live_for__asset__sha256")))  # one question: all of one moment
    if not files:
        return [] if encoding.live_id is None else ["a live set without files"]
    there = _listed(prefix(files[0].original, CLOSED))  # type: ignore[attr-defined]
    missing = [file.key for file in files if there.get(file.key) != file.bytes]
    if missing:
        return missing
    sizes = {file.key.rpartition("/")[2]: file.bytes for file in files}
    naming = [file for file in files if file.role in ("master", "playlist", "storyboard")]
    return [wrong for file in naming for wrong in _misled(file, sizes)]


def _listed(place: str) -> dict[str, int]:
    pages = (
        storage.client().get_paginator("list_objects_v2").paginate(Bucket=settings.S3_BUCKET, Prefix=place)
    )
    return {one["Key"]: one["Size"] for page in pages for one in page.get("Contents", [])}


def _misled(file: Rendition, sizes: Mapping[str, int]) -> Iterator[str]:
    text = _text(file.key)
    if text != file.text:
        yield f"{file} says other things in the storage than in its row"
    named = NAME.findall(text)
    yield from (f"{file} names {name}, and there is no such file" for name in named if name not in sizes)
    ranges = [(int(size), int(at)) for size, at in RANGE.findall(text)]
    if ranges:
        yield from _uncovered(file, ranges, {sizes.get(name) for name in named})


def _uncovered(file: Rendition, ranges: list[tuple[int, int]], whole: set[int | None]) -> Iterator[str]:
    """The header and the segments of one file stand one behind the other, and end where it does."""
    end = 0
    for size, at in ranges:
        if at != end:
            yield f"{file} leaves a gap before byte {at}"
        end = at + size
    if whole != {end}:
        yield f"{file} ends at byte {end}, its file at {whole}"


@lru_cache(maxsize=1000)
def _text(key: str) -> str:
    """Once read it stays: its key is its hash."""
    body: bytes = storage.client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"].read()
    return body.decode()


@contextmanager
def a_reader(every: float = 0.05) -> Iterator[list[str]]:
    """What the reader found wrong, as it goes on; also that something live is live no more."""
    found: list[str] = []
    seen: set[int] = set()
    over = threading.Event()

    def look() -> None:
        for encoding in Encoding.objects.exclude(live=None):
            seen.add(encoding.pk)
            found.extend(broken(encoding))
        found.extend(f"{lost} was live" for lost in Encoding.objects.filter(pk__in=seen, live=None))

    def read() -> None:
        try:
            look()
            while not over.wait(every):
                look()
        except Exception as error:
            found.append(f"the reader could not read: {error!r}")

    with beside(read):
        try:
            yield found
        finally:
            over.set()


def violations(*, objects: bool = False) -> dict[str, list[str]]:
    """Of the invariants, without those that ask the whole bucket unless told to: other tests use it too."""
    return {verdict.name: verdict.violations for verdict in examine(storage=objects) if verdict.violations}
