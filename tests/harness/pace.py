"""How fast this machine is right now: a test that must be done before a moment comes asks first."""

import time
from collections.abc import Callable


def enough_for(call: Callable[[], object]) -> float:
    """Seconds in which it is surely done once more, from what it takes now."""
    begun = time.monotonic()
    call()
    return 0.5 + 4 * (time.monotonic() - begun)
