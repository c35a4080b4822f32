"""What readers no longer get, and the way back."""

import uuid
from typing import Any

from django.db import transaction

from accounts.models import User
from publishing import revisions
from publishing.models import EditorialEvent, Publishable
from publishing.workflow.records import begin, changed, lock, step
from publishing.workflow.transitions import TRANSITIONS, Action, Refused, Status, demand
from publishing.workflow.writing import put, remember_losses, remember_path


@transaction.atomic
def unpublish[P: Publishable](
    content: P, by: User | None, why: str = "", *, batch: uuid.UUID | None = None
) -> P:
    """Take it off the site and out of every list; it stays a draft, with the edits that waited."""
    current = begin(content, Action.UNPUBLISHED, by)
    return _leave(current, content, Action.UNPUBLISHED, by, Status.DRAFT, why, batch)


@transaction.atomic
def archive[P: Publishable](
    content: P, by: User | None, why: str = "", *, batch: uuid.UUID | None = None
) -> P:
    """Put it away: off the site, and off the desk's lists of what is to be done."""
    current = begin(content, Action.ARCHIVED, by)
    return _leave(current, content, Action.ARCHIVED, by, Status.ARCHIVED, why, batch)


@transaction.atomic
def reopen[P: Publishable](
    content: P, by: User | None, why: str = "", *, batch: uuid.UUID | None = None
) -> P:
    """Bring back as a draft what was archived or taken down."""
    current = begin(content, Action.REOPENED, by)
    if current.status == Status.REMOVED:
        demand(current, by, "take_down")
    return _leave(current, content, Action.REOPENED, by, Status.DRAFT, why, batch)


@transaction.atomic
def take_down[P: Publishable](content: P, by: User | None, why: str, *, batch: uuid.UUID | None = None) -> P:
    """Its addresses answer 410 from now on, and nothing of it is left in lists, feeds, caches and search."""
    current = begin(content, Action.REMOVED, by)
    if not why.strip():
        raise Refused("Say why: whoever asks later will want to know.")
    if current.published_at:
        remember_path(current, current.get_absolute_url())
    return _leave(current, content, Action.REMOVED, by, Status.REMOVED, why, batch)


@transaction.atomic
def undo(event: EditorialEvent, by: User | None) -> Publishable:
    """Take back one step, if nothing has happened since. That it was announced does not count."""
    content = event.item.content(locked=True)
    if content is None:
        raise Refused("It was deleted since.")
    since = EditorialEvent.objects.filter(item=event.item, pk__gt=event.pk)
    if since.exclude(action=Action.WENT_LIVE).exists():
        raise Refused(f"“{content}”: something else has happened since.")
    demand(content, by, TRANSITIONS.get(event.action, TRANSITIONS[Action.PUBLISHED]).right)
    fields: dict[str, Any] = {field.name: field for field in content._meta.concrete_fields}
    before = {name: fields[name].to_python(value) for name, value in event.facts.get("before", {}).items()}
    if content.version != event.facts.get("version"):
        raise Refused(f"“{content}” was edited since.")
    step(content, content, Action.UNDONE, by, why=event.get_action_display(), **before)
    current = lock(content)
    holds = current.live_version if current.status == Status.PUBLISHED else current.version
    if holds:
        lost = put(current, revisions.numbered(current, holds).snapshot)
        remember_losses(content, by, lost)
    return changed(content)


def _leave[P: Publishable](
    current: P, content: P, action: str, by: User | None, status: str, why: str, batch: uuid.UUID | None
) -> P:
    """Out of readers' sight. The row holds the newest revision again."""
    waiting = revisions.newest(current).snapshot if current.has_edits_waiting else None
    lost = put(current, waiting) if waiting else []
    columns: dict[str, Any] = {
        "status": status,
        "live_version": None,
        "edits_version": None,
        "edits_at": None,
    }
    step(current, content, action, by, why=why, batch=batch, **columns)
    remember_losses(content, by, lost)
    return changed(content)
