import structlog
from django.db import transaction

from core import caching
from core.work import Run, handler
from publishing import lint_results, workflow
from publishing.links import link_checks, outside_links
from publishing.models import KINDS, Publishable
from publishing.pings import ping_soon
from publishing.rerendering import rerender

log = structlog.get_logger(__name__)

AT_ONCE = 200  # of a kind, so that one sweep stays short; the next one goes on


def announce_due() -> None:
    """Do the side effects of what has become visible by itself. One that fails is tried again; others do not wait for it."""
    for model in KINDS.values():
        due = model._default_manager.due_for_announcement()  # type: ignore[attr-defined]
        for content in due.order_by("published_at")[:AT_ONCE]:
            try:
                announce(content)
            except Exception:
                log.exception("announcement_failed", kind=content.kind, item=content.item_id)


def publish_due_edits() -> None:
    """Let scheduled edits of published content take their place. Until then readers get the version before."""
    for model in KINDS.values():
        due = model._default_manager.edits_due()  # type: ignore[attr-defined]
        for content in due.order_by("edits_at")[:AT_ONCE]:
            try:
                workflow.publish_due_edits(content)
            except Exception:
                log.exception("edits_not_published", kind=content.kind, item=content.item_id)


@transaction.atomic
def announce(content: Publishable) -> None:
    """All side effects or none: what they enqueue is kept only with the mark that says they were done."""
    if workflow.announce(content):
        caching.bump()
        ping_soon(content)


@handler("publishing.rerender")
def rerender_items(run: Run) -> None:
    with run.commit():
        rerender(run.payload["items"])


@handler(outside_links.COLLECT)
def collect_links(run: Run) -> None:
    outside_links.collect(run)


@handler(link_checks.CHECK, queue="links")
def check_links(run: Run) -> None:
    link_checks.check(run)


@handler(lint_results.CHECK, timeout=1800)
def lint_what_changed(run: Run) -> None:
    lint_results.check_all_due(run)
