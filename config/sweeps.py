"""What runs when. `manage.py clock` goes through this table; each sweep bears being run at any time, and twice."""

from core import caching, jobs, wakeups, work
from core.sweeps import Sweep
from publishing.jobs import announce_due

MINUTE, DAY = 60, 24 * 60 * 60

SWEEPS = [
    Sweep("wake_due_work", 10, work.wake_due),
    Sweep("tell_the_page_cache", 5, caching.push),
    Sweep("announce_due", 5, announce_due),
    Sweep("clean_the_queues", MINUTE, wakeups.clean),
    Sweep("forget_done_work", MINUTE * 60, jobs.forget_done_work),
    Sweep("clear_sessions", DAY, jobs.clear_sessions),
]
