"""`bin/dev`: the whole site on this machine, until Ctrl-C.

Starts the embedded servers, brings the database up to date, and runs web, worker and clock with their output
side by side, each in a session of its own: Ctrl-C is ours to pass on. Whatever it starts carries MASTHEAD_DEV
in its environment; that is how it finds all of it again, even what an earlier, killed bin/dev has left.
"""

import argparse
import contextlib
import errno
import fcntl
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import psutil

from config import embedded, env, processes

MARK = "MASTHEAD_DEV"
PATIENCE = 10  # seconds for web, workers and clock to end by themselves
ROOM = 100  # MB that must be free to begin
STEPS = {
    "build_assets": "fonts and stylesheets",
    "migrate": "the database",
    "prepare_storage": "the file store and its regions",
    "demo": "the demo magazine",
}


class DevError(RuntimeError):
    """A sentence for the person at the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0 after Ctrl-C or SIGTERM, 1 when something could not start or has ended."""
    parser = argparse.ArgumentParser(prog="bin/dev", description="Run the whole site on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="where the site answers (default: 8000)")
    port = parser.parse_args(arguments).port
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with _only_one(port):
            _clear_the_way(port)
            _develop(port)
    except KeyboardInterrupt:
        return 0
    except (DevError, embedded.EmbeddedError, OSError) as error:
        sys.stderr.write(f"bin/dev: {_sentence(error)}\n")
    return 1


def _develop(port: int) -> None:
    _write_dotenv()
    env.load_dotenv()
    if not env.boolean("DEBUG", False):
        raise DevError(f"{env.ROOT / '.env'} does not say DEBUG=1; bin/dev is for development only.")
    try:
        _say("PostgreSQL, Valkey and S3")
        embedded.use()
        child = os.environ | {MARK: str(env.ROOT), "PYTHONUNBUFFERED": "1"}
        child["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"
        child.setdefault("SITE_URL", f"http://localhost:{port}")
        said = {command: _step(command, child) for command in STEPS}
        _run(port, child, said["demo"])
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _end_all()
        embedded.release()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


# --- before anything starts ---------------------------------------------------------------------------------


@contextlib.contextmanager
def _only_one(port: int) -> Iterator[None]:
    """One bin/dev a checkout: two clocks and two addresses over one database would mix."""
    embedded.VAR.mkdir(exist_ok=True)
    with (embedded.VAR / "dev.lock").open("a+") as lock:
        lock.seek(0)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DevError(f"it runs already, {lock.read().strip()}; Ctrl-C there stops it.") from None
        lock.truncate()
        lock.write(f"at http://localhost:{port}/ (process {os.getpid()})\n")
        lock.flush()
        yield


def _clear_the_way(port: int) -> None:
    left = _ours()
    if left:
        _say(f"stopping {len(left)} processes that an earlier bin/dev has left")
        _end_all()
    _claim(port)
    free = shutil.disk_usage(embedded.VAR).free // 2**20
    if free < ROOM:
        raise DevError(f"{embedded.full_disk(embedded.VAR)} ({free} MB are free, {ROOM} are needed.)")


def _claim(port: int) -> None:
    """Refuse a port that is taken for either meaning of localhost."""
    if not 0 < port < 65536:
        raise DevError(f"{port} is not a port; choose one from 1024 to 65535 with --port N.")
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise DevError(f"port {port} is in use; choose another with --port N.") from None
            if error.errno == errno.EACCES:
                raise DevError(f"port {port} is not allowed to you; choose another with --port N.") from None


def _write_dotenv() -> None:
    """Fresh secrets for a new checkout; an existing .env is left alone."""
    path = env.ROOT / ".env"
    if path.exists():
        return
    new = path.with_name(".env.new")
    new.touch(0o600)
    new.write_text(
        "# Written by bin/dev for this checkout alone; .env.example explains every setting.\n"
        f"DEBUG=1\nSECRET_KEY={secrets.token_urlsafe(50)}\n"
    )
    new.replace(path)


def _step(command: str, environment: dict[str, str]) -> str:
    """Run one management command to its end; returns what it printed."""
    _say(STEPS[command])
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=env.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if done.returncode:
        full = shutil.disk_usage(embedded.VAR).free < 2**20
        why = str(embedded.full_disk(embedded.VAR)) if full else done.stdout
        raise DevError(f"manage.py {command} failed. {why}".rstrip())
    return done.stdout.strip()


# --- web, workers and clock ---------------------------------------------------------------------------------

COMMANDS = {
    "worker": ["worker", "default", "files", "links"],
    "sync": ["worker", "sync"],  # what it waits for may be dark
    "media": ["worker", "media"],  # of its own: an encode takes long, and mails do not wait for it
    "clock": ["clock"],
}


def _run(port: int, environment: dict[str, str], login: str) -> NoReturn:
    """Until Ctrl-C; raises DevError when one of them ends."""
    commands = {"web": ["runserver", f"127.0.0.1:{port}"], **COMMANDS}
    running = {name: _spawn(name, command, environment) for name, command in commands.items()}
    announced = False
    while True:
        for name, process in running.items():
            if process.poll() is not None:
                raise DevError(f"{name} has ended (status {process.returncode}), so the rest is stopped too.")
        if not announced and _answers(port):
            announced = True
            _announce(port, login)
        time.sleep(0.2)


def _spawn(name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=env.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    threading.Thread(target=_copy, args=(name, process), daemon=True).start()
    return process


def _copy(name: str, process: subprocess.Popen[str]) -> None:
    try:
        for line in process.stdout or ():
            sys.stdout.write(f"{name:6} | {line.rstrip()}\n")
            sys.stdout.flush()
    except BrokenPipeError:  # nobody reads any more
        os.kill(os.getpid(), signal.SIGTERM)


def _answers(port: int) -> bool:
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("HEAD", "/healthz")
            connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    return True


def _announce(port: int, login: str) -> None:
    lines = [f"http://localhost:{port}/", *login.splitlines(), "Ctrl-C stops everything."]
    rule = "-" * (max(map(len, lines)) + 4)
    _say("ready", *("", rule, *(f"  {line}" for line in lines), rule, ""))


def _say(*lines: str) -> None:
    sys.stdout.write("dev    | " + "\n".join(lines) + "\n")
    sys.stdout.flush()


# --- the end ------------------------------------------------------------------------------------------------


def _ours() -> list[psutil.Process]:
    return processes.find(lambda process: process.environ().get(MARK) == str(env.ROOT))


def _end_all() -> None:
    """Ask all of ours to end and wait; what has not ended after PATIENCE seconds is killed.

    A job runs in a session of its own, below its worker: the worker is asked, and lets the job finish.
    """
    kin: dict[psutil.Process, tuple[int, int]] = {}  # parent, session
    for process in _ours():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            kin[process] = process.ppid(), os.getsid(process.pid)
    pids = {process.pid for process in kin}
    sessions = {session for parent, session in kin.values() if parent not in pids}
    for process, (_, session) in kin.items():
        if session in sessions:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
    if not processes.wait(_ours, PATIENCE):
        processes.kill(_ours())


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return str(embedded.full_disk(embedded.VAR))
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
