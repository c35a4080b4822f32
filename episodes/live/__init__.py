"""Live recordings: announced, begun, over; who wants to be told; and what becomes of them.

Nothing goes live by itself: a host says so. What should have begun is shown as that.
"""

from episodes.live.becoming import make_episode, public_episode
from episodes.live.stages import DUE, announce_again, begin, call_off, coming, end
from episodes.live.wishes import LONGEST_ADDRESS, take_back, wish

__all__ = [
    "DUE",
    "LONGEST_ADDRESS",
    "announce_again",
    "begin",
    "call_off",
    "coming",
    "end",
    "make_episode",
    "public_episode",
    "take_back",
    "wish",
]
