"""Why a child failed: its status, its signal and its log become an error with a sentence for an editor."""

import signal

from core.work import Permanent, Resources
from media_pipeline.ffmpeg.limited import Ended, Limits

_TOO_LITTLE_MEMORY = (
    "Cannot allocate memory",
    "Out of memory",
    "bad_alloc",
    "malloc of size",
    "Resource temporarily unavailable",
    # The encoders do not say why. Our options are tried and sizes are made even: what is left is a refused thread
    "Error while opening encoder",
)
_TOO_LITTLE_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")
# ffmpeg exits with the low byte of its own error codes (libavutil/error.h), negated
_ENOENT, _EIO, _EAGAIN, _ENOMEM, _EMFILE, _EFBIG, _ENOSPC, _EDQUOT = 254, 251, 245, 244, 232, 229, 228, 134
_MISUSED = 8  # "... NOT FOUND": options, encoders, filters, demuxers
_AFTER_A_SIGNAL = (255, 123)  # it catches those that ask, and says no more than this
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE, signal.SIGILL)


class Failed(Exception):
    """Every failure of a child. `log`: the end of what it wrote to stderr, for a technician."""

    def __init__(self, sentence: str, log: str = "") -> None:
        super().__init__(sentence)
        self.log = log


class OutOfResources(Failed, Resources):
    """This machine could not do it now."""


class Unusable(Failed, Permanent):
    """The file cannot be used, or we asked for something impossible."""


class Damaged(Unusable):
    """The file's bytes are not what its format demands."""


class TooMuchWork(Unusable):
    """It used all of its processor time. That does not depend on what else the machine did, so it is not tried again."""


def failure(ended: Ended, limits: Limits) -> Failed | None:
    """None if it ended well."""
    if not ended.status:
        return None
    if ended.late:
        return OutOfResources("It took longer than it may. The machine may be too busy.", ended.log)
    if ended.status == -signal.SIGXCPU or ended.cpu >= limits.cpu:
        return TooMuchWork("The file needs far more processor time than others of its length.", ended.log)
    if ended.status < 0:
        return _signalled(-ended.status, ended.log)
    return _exited(ended.status, ended.log)


def _signalled(number: int, log: str) -> Failed:
    if number == signal.SIGXFSZ:
        return _no_room(log)
    if number == signal.SIGKILL:
        return OutOfResources("It was killed, probably because the machine ran out of memory.", log)
    if number in _CRASHES and not _says(log, _TOO_LITTLE_MEMORY):
        return Damaged("The file is damaged in a way that crashes the converter.", log)
    if number in _CRASHES:
        return _no_memory(log)
    return _interrupted(log)


def _exited(status: int, log: str) -> Failed:
    if status in (_ENOSPC, _EFBIG, _EDQUOT) or _says(log, _TOO_LITTLE_ROOM):
        return _no_room(log)
    if status in (_ENOMEM, _EAGAIN) or _says(log, _TOO_LITTLE_MEMORY):
        return _no_memory(log)
    if status in _AFTER_A_SIGNAL:
        return _interrupted(log)
    if status in (_EIO, _EMFILE, _ENOENT):
        return OutOfResources("Its temporary files could not be read or written.", log)
    if status == _MISUSED:
        return Unusable(
            "The converter does not know what it was asked for; this is not the file's fault.", log
        )
    return Damaged("The file is damaged, or holds something that cannot be converted.", log)


def _interrupted(log: str) -> Failed:
    return OutOfResources("It was ended from outside before it was done.", log)


def _no_room(log: str) -> Failed:
    return OutOfResources("The disk for temporary files is full.", log)


def _no_memory(log: str) -> Failed:
    return OutOfResources("There was too little memory.", log)


def _says(log: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in log for phrase in phrases)
