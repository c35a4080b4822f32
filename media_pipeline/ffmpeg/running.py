"""Starting ffmpeg, and listening to it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import imageio_ffmpeg
from django.conf import settings

from media_pipeline.ffmpeg.failures import failure
from media_pipeline.ffmpeg.launcher import SIDE
from media_pipeline.ffmpeg.limited import Child, Limits

_ALWAYS = ("-nostdin", "-hide_banner", "-loglevel", "warning", "-nostats", "-y")


@dataclass(frozen=True, slots=True)
class Progress:
    """`seconds` of output written; `speed` as a multiple of real time, 0 while it is unknown."""

    seconds: float = 0.0
    speed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    log: str  # the end of stderr
    output: bytes  # of stdout, as far as `capture` allows
    cpu: float  # seconds, all threads
    peak_memory: int  # bytes, as sampled
    seconds: float  # by the wall clock


Tell = Callable[[Progress], None]


def binary() -> Path:
    """The ffmpeg to use: FFMPEG_BINARY, else the one that comes with imageio-ffmpeg."""
    return Path(settings.FFMPEG_BINARY or imageio_ffmpeg.get_ffmpeg_exe())


def source(path: Path, format: str, *options: str) -> list[str]:
    """The arguments of one input, its format forced: a playlist in disguise is never followed."""
    return ["-protocol_whitelist", "file,pipe", *options, "-f", format, "-i", target(path)]


def target(path: Path) -> str:
    """A file's name as ffmpeg cannot mistake it for an option or a protocol."""
    return f"file:{path.absolute()}"


def run(
    arguments: Sequence[str],
    *,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    tell: Tell | None = None,
    cwd: Path | None = None,
    capture: int = 0,
) -> Done:
    """Run ffmpeg to its end.

    `tell` hears of the progress at least about every second, in this thread; if it raises, ffmpeg is killed at once.
    `capture`: how many bytes of stdout to keep; what is more is thrown away.
    Raises Failed: OutOfResources (a core.work.Resources) or Unusable (a core.work.Permanent).
    """
    output = bytearray()
    with _started(arguments, limits, cwd) as (child, listener):
        for chunk in child.output(lambda: listener.pass_on(tell)):
            output += chunk[: capture - len(output)]
        listener.pass_on(tell)
        ended = child.ended
    if problem := failure(ended, limits):
        raise problem
    return Done(
        log=ended.log,
        output=bytes(output),
        cpu=ended.cpu,
        peak_memory=ended.peak_memory,
        seconds=ended.seconds,
    )


def read(
    arguments: Sequence[str],
    *,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    tell: Tell | None = None,
    cwd: Path | None = None,
) -> Iterator[bytes]:
    """What ffmpeg writes to stdout ("pipe:1"), piece by piece. Closing the iterator kills it. Raises as `run` does, at the end."""
    with _started(arguments, limits, cwd) as (child, listener):
        with closing(child.output(lambda: listener.pass_on(tell))) as chunks:
            yield from chunks
        ended = child.ended
    if problem := failure(ended, limits):
        raise problem


@contextmanager
def _started(
    arguments: Sequence[str], limits: Limits, cwd: Path | None
) -> Iterator[tuple[Child, "_Listener"]]:
    _check(arguments)
    listener = _Listener()
    command = [str(binary()), *_ALWAYS, "-progress", f"pipe:{SIDE}", "-stats_period", "0.5", *arguments]
    with Child(command, limits, cwd=cwd, side=listener.hear) as child:
        yield child, listener


def _check(arguments: Sequence[str]) -> None:
    """A forgotten `source` would let a file choose its own demuxer, and that may fetch what it names."""
    for at, argument in enumerate(arguments):
        if argument == "-i" and (at < 2 or arguments[at - 2] != "-f"):
            raise ValueError(f"an input without a forced format: {arguments[at + 1]!r}; use ffmpeg.source()")


class _Listener:
    """Makes Progress of the lines that `-progress` writes."""

    def __init__(self) -> None:
        self._rest = b""
        self._progress = Progress()

    def hear(self, told: bytes) -> None:
        *lines, self._rest = (self._rest + told).split(b"\n")
        for line in lines:
            name, _, value = line.decode(errors="replace").partition("=")
            if name == "out_time_us" and (microseconds := _number(value)) is not None:
                self._progress = replace(self._progress, seconds=max(0.0, microseconds / 1e6))
            elif name == "speed" and (speed := _number(value.strip().rstrip("x"))) is not None:
                self._progress = replace(self._progress, speed=speed)

    def pass_on(self, tell: Tell | None) -> None:
        if tell:
            tell(self._progress)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:  # "N/A"
        return None
