"""A reader who asks for what is live every few milliseconds, and looks whether everything that it names is there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from core.invariants import examine
from media_pipeline import storage
from media_pipeline.models import Encoding, Rendition


def broken(encoding: Encoding) -> list[str]:
    """What a player would miss: files that are not there, names in the master that no file has."""
    files = list(Rendition.objects.filter(set__live_for=encoding))
    if not files:
        return [] if encoding.live_id is None else ["a live set without files"]
    missing = [file.key for file in files if storage.size_of(file.key) != file.bytes]
    master = next(file for file in files if file.role == "master")
    body = storage.client().get_object(Bucket=settings.S3_BUCKET, Key=master.key)["Body"].read().decode()
    names = {file.key.rpartition("/")[2] for file in files}
    wanted = [line for line in body.splitlines() if line.endswith((".bin", ".m3u8", ".mp4", ".m4s"))]
    return missing + [name for name in wanted if name not in names]


@contextmanager
def a_reader(every: float = 0.05) -> Iterator[list[str]]:
    """What the reader found wrong, as it goes on."""
    found: list[str] = []
    over = threading.Event()

    def read() -> None:
        try:
            while not over.wait(every):
                for encoding in Encoding.objects.exclude(live=None):
                    found.extend(broken(encoding))
        finally:
            connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def violations() -> dict[str, list[str]]:
    """Of the invariants, without those that ask the whole bucket: other tests use it too."""
    return {verdict.name: verdict.violations for verdict in examine() if verdict.violations}
