"""What runs when. `manage.py clock` goes through this table; each sweep bears being run at any time, and twice."""

from accounts import feed_tokens
from core import caching, jobs, wakeups, work
from core.sweeps import Sweep
from episodes.downloads import counting
from media_pipeline import replacing
from media_pipeline.images import ladders
from media_pipeline.regions import health, tending
from media_pipeline.uploads import sweeping
from publishing import lint_results, rerendering
from publishing.jobs import announce_due, publish_due_edits
from publishing.links import link_checks, outside_links

MINUTE, DAY = 60, 24 * 60 * 60

SWEEPS = [
    Sweep("wake_due_work", 10, work.wake_due),
    Sweep("tell_the_page_cache", 5, caching.push),
    Sweep("announce_due", 5, announce_due),
    Sweep("publish_due_edits", 5, publish_due_edits),
    Sweep("probe_the_regions", 15, health.probe_beside),
    Sweep("reconcile_the_regions", MINUTE * 5, tending.ask_to_reconcile),
    Sweep("audit_the_regions", DAY, tending.ask_for_audits),
    Sweep("clean_the_queues", MINUTE, wakeups.clean),
    Sweep("lint_what_changed", 20, lint_results.check_due),
    Sweep("check_outside_links", MINUTE * 10, link_checks.check_due),
    Sweep("collect_outside_links", DAY, outside_links.collect_everything),
    Sweep("sweep_uploads", MINUTE * 60, sweeping.ask),
    Sweep("go_on_replacing", MINUTE, replacing.ask_again),
    Sweep("request_missing_ladders", MINUTE * 5, ladders.request_missing),
    Sweep("rerender_outdated", MINUTE * 10, rerendering.rerender_outdated),
    Sweep("count_downloads", MINUTE, counting.ask),
    Sweep("forget_feed_uses", DAY, feed_tokens.forget_uses),
    Sweep("forget_done_work", MINUTE * 60, jobs.forget_done_work),
    Sweep("clear_sessions", DAY, jobs.clear_sessions),
]
