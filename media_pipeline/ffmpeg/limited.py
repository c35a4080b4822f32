"""A child process on a leash: limits, its own process group, and an end together with ours."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

GIBIBYTE = 1024**3
_LAUNCHER = Path(__file__).with_name("launcher.py")
_TICK = 0.5  # seconds
_CHUNK = 64 * 1024
_LOG = 16 * 1024
_REQUESTS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# What decodes strangers' files is told none of our secrets
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes and seconds. `cpu` counts all threads together, `memory` is address space, `file_size` is of each file."""

    memory: int = 4 * GIBIBYTE
    cpu: int = 3600
    wall: float = 7200
    file_size: int = 64 * GIBIBYTE
    open_files: int = 256
    nice: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`status`: the exit status, or minus the signal. `late`: it was killed because its wall time was over."""

    status: int
    late: bool
    log: str  # the end of stderr
    cpu: float  # seconds
    peak_memory: int  # bytes, as sampled while it ran
    seconds: float


class Child(AbstractContextManager["Child"]):
    """Runs a program; leaving the context kills it with all that it started.

    The program may write to file descriptor `launcher.SIDE`; that text goes to `side`, in the caller's thread.
    Linux ends it when the *thread* that made it ends, so use it from one thread.
    """

    def __init__(
        self,
        command: Sequence[str],
        limits: Limits,
        *,
        cwd: Path | None = None,
        side: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._limits, self._side = limits, side
        self._began = time.monotonic()
        self._log, self._peak, self._late = b"", 0, False
        read, write = os.pipe()
        try:
            self._process = _start(command, limits, write, cwd)
        except BaseException:
            os.close(read)
            raise
        finally:
            os.close(write)
        self._pidfd = os.pidfd_open(self._process.pid)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._out, self._err, self._aside = self._process.stdout.fileno(), self._process.stderr.fileno(), read
        self._selector = selectors.DefaultSelector()
        for pipe in (self._out, self._err, self._aside):
            os.set_blocking(pipe, False)
        for source in (self._out, self._err, self._aside, self._pidfd):
            self._selector.register(source, selectors.EVENT_READ)
        self._ended: Ended | None = None

    def output(self, tick: Callable[[], None] = lambda: None) -> Generator[bytes]:
        """What it writes to stdout, until it has ended. `tick` is called at least about every second."""
        next_tick = self._began + _TICK
        running = True
        while running:
            ready = {key.fd for key, _ in self._selector.select(max(0.0, next_tick - time.monotonic()))}
            running = self._pidfd not in ready
            yield from self._read(ready)
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + _TICK
                self._sample()
                tick()
        self._kill()  # what it may have started holds the pipes open
        while left := list(self._read({self._out, self._err, self._aside})):
            yield from left
        self._ended = self._reap()

    @property
    def ended(self) -> Ended:
        """How it ended, once `output` is read to its end."""
        if self._ended is None:
            raise RuntimeError("the child still runs")
        return self._ended

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ended is None:
            self._kill()
            self._ended = self._reap()
        self._selector.close()
        for descriptor in (self._aside, self._pidfd):
            os.close(descriptor)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def _read(self, ready: set[int]) -> Iterator[bytes]:
        if self._aside in ready and (told := self._take(self._aside)):
            self._side(told)
        if self._err in ready:
            self._log = (self._log + self._take(self._err))[-_LOG:]
        if self._out in ready and (chunk := self._take(self._out)):
            yield chunk

    def _take(self, pipe: int) -> bytes:
        try:
            chunk = os.read(pipe, _CHUNK)
        except BlockingIOError:
            return b""
        if not chunk and pipe in self._selector.get_map():
            self._selector.unregister(pipe)
        return chunk

    def _sample(self) -> None:
        with suppress(OSError):  # it may end at this moment
            status = Path(f"/proc/{self._process.pid}/status").read_text()
            peaks = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
            self._peak = max([self._peak, *(1024 * peak for peak in peaks)])
        if time.monotonic() - self._began > self._limits.wall:
            self._late = True
            self._kill()

    def _kill(self) -> None:
        """Its whole group. Only before it is reaped: afterwards the number may belong to somebody else."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _reap(self) -> Ended:
        _, status, usage = os.wait4(self._process.pid, 0)
        code = self._process.returncode = os.waitstatus_to_exitcode(status)
        return Ended(
            status=code,
            late=self._late,
            log=_readable(self._log),
            cpu=usage.ru_utime + usage.ru_stime,
            peak_memory=self._peak or usage.ru_maxrss * 1024,
            seconds=time.monotonic() - self._began,
        )


def _start(command: Sequence[str], limits: Limits, side: int, cwd: Path | None) -> subprocess.Popen[bytes]:
    numbers = (
        os.getpid(),
        limits.memory,
        limits.cpu,
        limits.file_size,
        limits.open_files,
        limits.nice,
        side,
    )
    with _deaf():
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCHER), *map(str, numbers), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=_ENVIRONMENT,
            pass_fds=(side,),
            process_group=0,
        )


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started here does not hear that it should end: whoever has started it hears that, and kills it.

    A platform tells every process at once, and an interrupted ffmpeg ends as if the file were damaged, or as if all
    were well.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _REQUESTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _readable(log: bytes) -> str:
    text = log.decode(errors="replace")
    return "".join(character for character in text if character.isprintable() or character == "\n")
