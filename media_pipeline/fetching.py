"""A file that is somewhere else, brought to this machine: an address, or an object of the storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core import outbound
from media_pipeline import ffmpeg, storage
from media_pipeline.uploads.limits import MOST_BYTES

HOURS = 3600


class NotThere(Exception):
    """There is no such file; the message is a sentence."""


@contextmanager
def fetched(place: str) -> Iterator[tuple[Path, str]]:
    """The file at a path, an http(s) address or `s3://bucket/key`, and its name, while the block runs.

    Raises NotThere, OutboundError, StorageUnavailable or Resources.
    """
    where = urlsplit(place)
    if where.scheme in ("http", "https"):
        with ffmpeg.workspace(0) as folder:
            yield _downloaded(place, folder), _last(where.path) or where.netloc
    elif where.scheme == "s3":
        bucket, _, key = place.partition("://")[2].partition("/")  # a key may hold "?" and "#"
        with _object(bucket, key) as path:
            yield path, key.rpartition("/")[2]
    else:
        path = Path(place)
        if path.is_dir():
            raise NotThere(f"{place} is a directory: `transcode_folder` brings in what is below it.")
        if not path.is_file():
            raise NotThere(f"There is no file {place}.")
        yield path, path.name


def _downloaded(address: str, folder: Path) -> Path:
    path = folder / "download"
    with path.open("wb") as file:
        answer = outbound.fetch(address, into=file, most_bytes=MOST_BYTES, timeout=6 * HOURS, purpose="media")
    if answer.status != 200:
        raise NotThere(f"{address} answers {answer.status}.")
    return path


@contextmanager
def _object(bucket: str, key: str) -> Iterator[Path]:
    size = storage.size_of(key, bucket=bucket)
    if size is None:
        raise NotThere(f"There is no object {key} in the bucket {bucket}.")
    with ffmpeg.workspace(size) as folder:
        path = folder / "object"
        storage.fetch(key, path, bucket=bucket)
        yield path


def _last(path: str) -> str:
    return unquote(path.rstrip("/").rpartition("/")[2])
