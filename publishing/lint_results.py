"""What the linter says about each piece of content, kept for lists: running it takes too long for them.

Whatever has changed since it was last checked is found by looking, so that nothing that writes content has to remember it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from core import work
from core.clock import database_now
from core.work import Run
from publishing import linter, revisions
from publishing.models import KINDS, Item, LintResult, Publishable, Waiver
from publishing.workflow import OPEN

log = structlog.get_logger(__name__)

CHECK = "publishing.lint"
KEPT = timedelta(days=1)
"""After a day it is asked again: what a text links to may have gone, and rules change."""
DEAD_LINK = "link-outside-dead"
_AT_ONCE = 50


def check_due() -> None:
    """The clock's part: have a worker look at what nobody has checked as it is now."""
    if any(due(model).exists() for model in KINDS.values()):
        work.enqueue(CHECK, "due")


def due(model: type[Publishable]) -> Any:
    """Content that editors work with or readers read, never checked or not as it is now."""
    waived_since = Waiver.objects.filter(
        item=OuterRef("item"), made_at__gt=OuterRef("item__lint_result__checked_at")
    )
    checked = "item__lint_result__checked_at"
    stale = (
        Q(item__lint_result=None)
        | ~Q(item__lint_result__version=F("version"))
        | Q(**{f"{checked}__lt": F("changed_at")})
        | Q(**{f"{checked}__lt": Now() - KEPT})
        | Exists(waived_since)
    )
    rows: Any = model._default_manager
    return rows.filter(stale, status__in=OPEN).order_by("pk")


def check_all_due(run: Run) -> None:
    """Until nothing is due. What cannot be checked is passed over, and tried again the next time."""
    after: dict[str, int] = run.progress.get("after", {})
    while contents := list(_next(after)):
        for content in contents:
            try:
                check(content)
            except Exception:
                log.exception("not_linted", kind=content.kind, item=content.item_id)
            after[content.kind] = content.pk
        run.checkpoint({"after": after})


def _next(after: dict[str, int]) -> Iterator[Publishable]:
    each = (due(model).filter(pk__gt=after.get(kind, 0))[:_AT_ONCE] for kind, model in KINDS.items())
    return islice(chain.from_iterable(each), _AT_ONCE)


def check(content: Publishable) -> LintResult:
    """Keep what the linter says about the newest revision, whether readers have it yet or not."""
    began = database_now()
    found, version = _findings(content)
    return _keep(content, version, found, began)


def _findings(content: Publishable) -> tuple[list[linter.Finding], int]:
    with transaction.atomic():
        waiting = revisions.newest(content) if content.has_edits_waiting else None
        if waiting is None:
            return linter.lint(content), content.version
        with revisions.as_if(content, waiting.snapshot) as proposed:
            return linter.lint(proposed), content.version


def _keep(content: Publishable, version: int, found: list[linter.Finding], began: datetime) -> LintResult:
    accepted = linter.waived(content, found)
    levels = [finding.level for finding in found if finding not in accepted]
    result, _ = LintResult.objects.update_or_create(
        item=Item(pk=content.item_id),
        defaults={
            "version": version,
            "errors": levels.count(linter.Level.ERROR),
            "warnings": levels.count(linter.Level.WARNING),
            "waived": len(accepted),
            "dead_links": sum(finding.rule == DEAD_LINK for finding in found if finding not in accepted),
            "checked_at": began,
        },
    )
    return result
