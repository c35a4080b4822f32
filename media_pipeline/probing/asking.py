"""Asking PyAV in a child process with limits, and what it means when that child fails."""

import json
import signal
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from core.work import Resources
from media_pipeline.ffmpeg.limited import Child, Ended, Limits
from media_pipeline.probing.refusals import Refused

log = structlog.get_logger(__name__)

_MEBIBYTE = 1024 * 1024
_NO_MEMORY = ("MemoryError", "Cannot allocate memory")
_LONGEST_ANSWER = 32 * _MEBIBYTE


def ask(task: str, path: Path, format: str, *rest: object) -> bytes:
    """What `python -m media_pipeline.demuxer` answers. Raises Refused or Resources."""
    command = [sys.executable, "-m", "media_pipeline.demuxer", task, str(path.absolute()), format]
    answer = bytearray()
    with Child([*command, *map(str, rest)], _limits(path), cwd=settings.BASE_DIR) as child:
        for chunk in child.output():
            answer += chunk
            if len(answer) > _LONGEST_ANSWER:
                raise Refused("absurd")
        ended = child.ended
    _judge(ended)
    return bytes(answer)


def facts(path: Path, format: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(ask("facts", path, format))
    return told


def keys(path: Path, format: str, stream: int, rate: Fraction) -> dict[str, Any]:
    """As `demuxer.keys` tells it; the whole file is read."""
    told: dict[str, Any] = json.loads(ask("keys", path, format, stream, rate))
    return told


def _limits(path: Path) -> Limits:
    """Some files have to be read as a whole, so that the time goes with the size."""
    mebibytes = path.stat().st_size // _MEBIBYTE
    return Limits(
        memory=1024 * _MEBIBYTE,
        cpu=20 + mebibytes // 50,
        wall=60 + mebibytes / 10,
        file_size=0,
        open_files=64,
        nice=5,
    )


def _judge(ended: Ended) -> None:
    if ended.late:
        raise Resources("Looking into the file took too long. The machine may be too busy.")
    if ended.status in (-signal.SIGKILL, -signal.SIGTERM):
        raise Resources("Looking into the file was ended from outside before it was done.")
    if ended.status == -signal.SIGXCPU or any(sign in ended.log for sign in _NO_MEMORY):
        raise Refused("absurd", log=ended.log)
    if ended.status:
        log.error("demuxer_failed", status=ended.status, log=ended.log[-2000:])
        raise Refused("damaged", log=ended.log)
