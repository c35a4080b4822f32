import structlog
from django.db import transaction

from core import caching
from core.work import Run, handler
from publishing import workflow
from publishing.models import KINDS, Publishable
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


@transaction.atomic
def announce(content: Publishable) -> None:
    """All side effects or none: what they enqueue is kept only with the mark that says they were done."""
    if workflow.announce(content):
        caching.bump()


@handler("publishing.rerender")
def rerender_items(run: Run) -> None:
    with run.commit():
        rerender(run.payload["items"])
