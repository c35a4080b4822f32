"""Named crash points: where a test stops the process to prove that nothing is lost. Inert unless a test arms one."""

import os
from collections.abc import Callable

_armed: dict[str, Callable[[], None]] = {}
_KILL = os.environ.get("MASTHEAD_CRASH_AT", "")


def point(name: str) -> None:
    """A place where the process may die: `point("transcode.after_upload")`."""
    if _KILL and name == _KILL:
        os._exit(86)
    if _armed and (action := _armed.get(name)):
        action()


def arm(name: str, action: Callable[[], None]) -> None:
    """Run `action` (raise, sleep, kill) whenever the point is reached, in this process."""
    _armed[name] = action


def disarm() -> None:
    _armed.clear()
