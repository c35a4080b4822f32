"""Finding and ending our own processes, and never another's. Needs psutil (the dev group)."""

import os
import time
from collections.abc import Callable, Iterable

import psutil


def identity(pid: int) -> tuple[int, float]:
    """What a process is known by later: its pid and when it started (seconds since the epoch)."""
    return pid, psutil.Process(pid).create_time()


def recall(pid: int, started: float) -> psutil.Process | None:
    """The process once noted with `identity`, or None when it has ended, even if its pid is in use again."""
    try:
        process = psutil.Process(pid)
        # The start is counted from the time of boot, which shifts a little whenever the clock is set.
        return process if alive(process) and abs(process.create_time() - started) < 5 else None
    except psutil.NoSuchProcess:
        return None


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; a zombie has ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def find(matches: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """Every live process that matches, as far as we may look into it; never this one."""
    return [process for process in psutil.process_iter() if _matches(process, matches)]


def _matches(process: psutil.Process, matches: Callable[[psutil.Process], bool]) -> bool:
    try:
        return process.pid != os.getpid() and alive(process) and matches(process)
    except (psutil.Error, OSError):
        return False


def wait(living: Callable[[], Iterable[psutil.Process]], seconds: float) -> bool:
    """Whether none is left within so many seconds."""
    deadline = time.monotonic() + seconds
    while any(living()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def kill(processes: Iterable[psutil.Process]) -> None:
    """SIGKILL, and wait until they are gone (at most 5 seconds)."""
    doomed = list(processes)
    for process in doomed:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    wait(lambda: [process for process in doomed if alive(process)], 5)
