"""Room for temporary files: asked for before the work begins, given back whatever happens."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from core.work import Permanent, Resources

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_FULL_BELOW = 4 * 1024**2  # bytes; a writer that was refused leaves less
_RESERVE = 64 * 1024**2  # bytes; logs and the like have to be written as well


@contextmanager
def workspace(estimate: int) -> Iterator[Path]:
    """An empty directory under MEDIA_WORK_DIR for about `estimate` bytes; it is gone afterwards.

    What killed processes have left is removed first. Raises Resources if there is too little room, counting what the
    others that work now are still going to write, or if the disk is full before the work is done.
    """
    root = Path(settings.MEDIA_WORK_DIR)
    with _full_disk_told(root):
        root.mkdir(parents=True, exist_ok=True)
        with (
            _claimed(root, estimate) as directory,
            _full_disk_told(root),
        ):  # while what fills it is still there
            yield directory


@contextmanager
def _full_disk_told(root: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, Permanent) as error:
        if not _for_lack_of_room(error, root):
            raise
        raise Resources("The disk for temporary files is full.") from error


@contextmanager
def _claimed(root: Path, estimate: int) -> Iterator[Path]:
    """A claim is a locked file beside the directory, that says how much is wanted: the lock ends with its owner."""
    with _alone(root):
        wanted = sweep(root)
        _check(root, estimate, wanted)
        descriptor, name = tempfile.mkstemp(suffix=".claim", dir=root)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, str(estimate).encode())
    claim = Path(name)
    directory = claim.with_suffix("")
    try:
        directory.mkdir(mode=0o700)
        yield directory
    finally:
        _remove(claim)
        os.close(descriptor)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with (root / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sweep(root: Path) -> int:
    """Remove what the dead have left; bytes that the living have asked for and not written yet."""
    return sum(_still_wanted(claim) for claim in root.glob("*.claim"))


def _still_wanted(claim: Path) -> int:
    with suppress(FileNotFoundError), claim.open("r+") as file:  # its owner may finish at this moment
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return max(0, int(file.read() or 0) - _used(claim.with_suffix("")))
        _remove(claim)
    return 0


def _remove(claim: Path) -> None:
    """The claim last: while it is there, somebody will come and remove the rest."""
    directory = claim.with_suffix("")
    if directory.exists():
        shutil.rmtree(directory)
    claim.unlink(missing_ok=True)


def _used(directory: Path) -> int:
    used = 0
    for file in directory.rglob("*"):
        with suppress(FileNotFoundError):
            used += file.lstat().st_size
    return used


def _check(root: Path, estimate: int, wanted: int) -> None:
    free = max(0, shutil.disk_usage(root).free - wanted - _RESERVE)
    if estimate > free:
        raise Resources(
            f"There is too little room for temporary files: {_human(estimate)} are needed, {_human(free)} are free."
        )


def _for_lack_of_room(error: Exception, root: Path) -> bool:
    """What seems damaged on a full disk is not believed: ffmpeg writes half an HLS file and says that all is well."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return root.exists() and shutil.disk_usage(root).free < _FULL_BELOW


def _human(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 10**9 else f"{size / 1e6:,.1f} MB"
