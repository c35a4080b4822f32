"""What readers get from now on, or from a time on."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from core.clock import database_now
from publishing import notices, pings, revisions
from publishing.models import Publishable
from publishing.signals import went_live
from publishing.workflow.records import begin, changed, lock, record, refresh, step
from publishing.workflow.transitions import (
    Action,
    Refused,
    Stage,
    Status,
    demand_approval,
    demand_newest,
    demand_soundness,
)
from publishing.workflow.writing import baseline, put, remember_losses


@transaction.atomic
def publish[P: Publishable](
    content: P,
    by: User | None,
    at: datetime | None = None,
    quietly: bool = False,
    *,
    version: int | None = None,
    batch: uuid.UUID | None = None,
) -> P:
    """Make it visible at `at` (aware; None: now, also if it was scheduled). What is live keeps its date without `at`.

    Edits that wait are not part of it: `publish_edits`. `version` is the one that was looked at. `quietly`: it is long
    known elsewhere, so nobody is told (`announce`) that it went live. Raises Refused when it is not approved or not fit
    for readers.
    """
    current = begin(content, Action.PUBLISHED, by)
    demand_newest(current, version)
    if not current.title.strip():
        raise Refused("Write a headline first: readers need something to click on.")
    if at is None and current.is_live:
        return refresh(content)
    if current.status == Status.DRAFT:
        demand_approval(current, by)
        baseline(current, by)
    demand_soundness(current, by)
    when: dict[str, Any] = {
        "published_at": at or Now(),
        "announced_at": Now() if quietly else None,
        "revised_at": None,
        "expires_at": None if _would_have_expired(current, at) else current.expires_at,
    }
    if current.status == Status.DRAFT:
        when |= {"live_version": current.version, "due_on": None}
    action = Action.SCHEDULED if at and at > database_now() else Action.PUBLISHED
    step(current, content, action, by, batch=batch, status=Status.PUBLISHED, published_by=by, **when)
    return changed(content, current)


@transaction.atomic
def publish_edits[P: Publishable](
    content: P,
    by: User | None,
    at: datetime | None = None,
    *,
    version: int | None = None,
    batch: uuid.UUID | None = None,
) -> P:
    """Let the newest revision take the published one's place, now or at `at`. `version` is the one that was looked at."""
    current = begin(content, Action.EDITS_PUBLISHED, by)
    demand_newest(current, version)
    if not current.has_edits_waiting:
        raise Refused("Readers get the newest version already.")
    demand_approval(current, by)
    taken = revisions.newest(current).snapshot
    with revisions.as_if(current, taken) as proposed:
        demand_soundness(proposed, by)
    if at and at > database_now():
        columns: dict[str, Any] = {"edits_version": current.version, "edits_at": at}
        return step(current, content, Action.EDITS_SCHEDULED, by, batch=batch, **columns)
    return _replace_live(current, content, current.version, by, batch)


@transaction.atomic
def publish_due_edits(content: Publishable) -> bool:
    """Let the edits take their place whose time has come; False if somebody else has done it."""
    due = type(content)._default_manager.edits_due().select_for_update().filter(pk=content.pk).first()  # type: ignore[attr-defined]
    if due is None:
        return False
    _replace_live(due, content, due.edits_version, None, None)
    return True


@transaction.atomic
def keep_edits_waiting[P: Publishable](content: P, by: User | None) -> P:
    """Forget when the edits were to be published; they go on waiting."""
    current = begin(content, Action.EDITS_PUBLISHED, by)
    if current.edits_at is None:
        raise Refused("The edits have no date.")
    return step(current, content, Action.EDITS_UNSCHEDULED, by, edits_version=None, edits_at=None)


@transaction.atomic
def discard_edits[P: Publishable](content: P, by: User | None) -> P:
    """Go back to what readers get. What is discarded stays in the history."""
    current = begin(content, Action.EDITS_DISCARDED, by)
    if not current.has_edits_waiting:
        raise Refused("No edits wait.")
    revision = revisions.record(current, revisions.snapshot(current), by, "Edits discarded.")
    number = revision.number if revision else current.version
    columns: dict[str, Any] = {
        "version": number,
        "live_version": number,
        "edits_version": None,
        "edits_at": None,
    }
    columns |= {"stage": Stage.DRAFT, "approved_version": None}
    return step(current, content, Action.EDITS_DISCARDED, by, **columns)


@transaction.atomic
def set_expiry[P: Publishable](content: P, by: User | None, at: datetime | None) -> P:
    """When it disappears by itself; None: never."""
    current = begin(content, Action.EXPIRY_SET, by)
    if at and current.published_at and at <= current.published_at:
        raise Refused("It would disappear before it appears. Choose a later time.")
    step(current, content, Action.EXPIRY_SET, by, expires_at=at)
    return changed(content)


@transaction.atomic
def announce(content: Publishable) -> bool:
    """Do the side effects of going live, at most once however many processes try; False if it was done already."""
    due = type(content)._default_manager.due_for_announcement().filter(pk=content.pk)  # type: ignore[attr-defined]
    claimed = bool(due.update(announced_at=Now()))
    if claimed:
        notices.send(record(content, Action.WENT_LIVE, None), content)
        went_live.send(sender=type(content), content=content)
    return claimed


def _would_have_expired(content: Publishable, at: datetime | None) -> bool:
    return content.expires_at is not None and content.expires_at <= (at or database_now())


def _replace_live[P: Publishable](
    current: P, content: P, number: int, by: User | None, batch: uuid.UUID | None
) -> P:
    taken = revisions.numbered(current, number).snapshot
    readable = revisions.differ(revisions.snapshot(current), taken, besides=current.unread_fields)
    lost = put(current, taken)
    columns: dict[str, Any] = {"live_version": number, "edits_version": None, "edits_at": None}
    if number == current.version:
        columns["due_on"] = None
    if readable and current.is_live:
        columns["revised_at"] = Now()
        pings.ping_soon(lock(content))
    step(current, content, Action.EDITS_PUBLISHED, by, batch=batch, **columns)
    remember_losses(content, by, lost)
    return changed(content)
