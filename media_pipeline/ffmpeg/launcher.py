"""Puts limits on itself and becomes another program.

    python -I -S launcher.py PARENT MEMORY CPU FILE_SIZE OPEN_FILES NICE SIDE -- PROGRAM ARGUMENTS...

A child must not run Python between fork and exec while its parent has threads; this runs after an exec instead.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
SIDE = 3  # where the program finds the pipe that is neither stdout nor stderr


def main(arguments: list[str]) -> None:
    parent, memory, cpu, file_size, open_files, nice, side = map(int, arguments[:7])
    _die_with(parent)
    os.dup2(side, SIDE)
    os.nice(nice)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CPU, cpu, grace=5)  # SIGXCPU first, as SIGKILL would look like a lack of memory
    _limit(resource.RLIMIT_FSIZE, file_size)
    _limit(resource.RLIMIT_NOFILE, open_files)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(
            number, signal.SIG_DFL
        )  # Python ignores them, and what is ignored stays so after an exec
    os.execv(arguments[8], arguments[8:])  # noqa: S606


def _die_with(parent: int) -> None:
    """Also when the parent is killed in a way that lets it clean up nothing."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it died before the line above
        sys.exit("The process that started this is gone.")


def _limit(what: int, value: int, grace: int = 0) -> None:
    """Never more than the limit that is set already."""
    most = resource.getrlimit(what)[1]
    wanted = (value, value + grace)
    bounded = [each if most == resource.RLIM_INFINITY else min(each, most) for each in wanted]
    resource.setrlimit(what, (bounded[0], bounded[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
