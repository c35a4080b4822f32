"""From a draft to an approval, and what is said on the way."""

import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from publishing import linter, notices, revisions
from publishing.models import Comment, Publishable, Waiver
from publishing.workflow.records import begin, record, step
from publishing.workflow.transitions import Action, Refused, Stage, demand_newest, is_own_work
from publishing.workflow.writing import baseline


@transaction.atomic
def assign[P: Publishable](
    content: P,
    by: User | None,
    reviewer: User | None,
    due_on: date | None,
    *,
    batch: uuid.UUID | None = None,
) -> P:
    """Say who is to review it, and by when."""
    current = begin(content, Action.ASSIGNED, by)
    _check_reviewer(current, reviewer)
    return step(current, content, Action.ASSIGNED, by, batch=batch, reviewer=reviewer, due_on=due_on)


@transaction.atomic
def submit[P: Publishable](
    content: P,
    by: User | None,
    why: str = "",
    reviewer: User | None = None,
    due_on: date | None = None,
    *,
    batch: uuid.UUID | None = None,
) -> P:
    """Hand the newest revision in for review."""
    current = begin(content, Action.SUBMITTED, by)
    baseline(current, by)
    _check_reviewer(current, reviewer)
    who = {"reviewer": reviewer} if reviewer else {}
    when = {"due_on": due_on} if due_on else {}
    columns: dict[str, Any] = {"stage": Stage.IN_REVIEW, **who, **when}
    return step(current, content, Action.SUBMITTED, by, why=why, batch=batch, **columns)


@transaction.atomic
def withdraw[P: Publishable](content: P, by: User | None, why: str = "") -> P:
    """Take it back from review to go on writing; an approval is void."""
    current = begin(content, Action.WITHDRAWN, by)
    return step(current, content, Action.WITHDRAWN, by, why=why, **_back_to(Stage.DRAFT, current))


@transaction.atomic
def request_changes[P: Publishable](content: P, by: User | None, why: str, by_name: str = "") -> P:
    """Give it back to its author with a comment that says what is missing."""
    current = begin(content, Action.CHANGES_REQUESTED, by)
    if not why.strip():
        raise Refused("Say what should change: the author gets it as a mail.")
    columns = _back_to(Stage.CHANGES_REQUESTED, current)
    return step(current, content, Action.CHANGES_REQUESTED, by, by_name=by_name, why=why, **columns)


@transaction.atomic
def approve[P: Publishable](
    content: P,
    by: User | None,
    why: str = "",
    *,
    version: int | None = None,
    by_name: str = "",
    batch: uuid.UUID | None = None,
) -> P:
    """Approve the newest revision, and no other. `version` is the one that was looked at."""
    current = begin(content, Action.APPROVED, by)
    demand_newest(current, version)
    if by and is_own_work(current, by):
        raise Refused("It is your own work: somebody else has to approve it.")
    columns: dict[str, Any] = {"stage": Stage.APPROVED, "approved_version": current.version}
    return step(current, content, Action.APPROVED, by, by_name=by_name, why=why, batch=batch, **columns)


@transaction.atomic
def comment(
    content: Publishable, by: User | None, text: str, *, field: str = "", by_name: str = ""
) -> Comment:
    """Say something about the newest revision, or one field of it."""
    current = begin(content, Action.COMMENTED, by)
    if not text.strip():
        raise Refused("Write something first.")
    baseline(current, by)
    revision = revisions.newest(current)
    said = Comment.objects.create(revision=revision, field=field, text=text, by=by, by_name=by_name)
    event = record(current, Action.COMMENTED, by, by_name=by_name, why=text, revision=revision)
    notices.send(event, current)
    return said


@transaction.atomic
def waive(content: Publishable, by: User | None, finding: linter.Finding, reason: str) -> Waiver:
    """Let one problem pass; the reason is kept."""
    begin(content, Action.WAIVED, by)
    if not reason.strip():
        raise Refused("Say why this may stay: the reason is kept with the content.")
    waiver, _ = Waiver.objects.update_or_create(
        item_id=content.item_id,
        rule=finding.rule,
        fingerprint=finding.fingerprint,
        defaults={"reason": reason[:300], "by": by, "made_at": Now()},
    )
    record(content, Action.WAIVED, by, why=f"{finding.message} – {reason}")
    return waiver


def _back_to(stage: str, content: Publishable) -> dict[str, Any]:
    """The columns of a newest revision that is no longer approved, nor to be published at a time."""
    columns: dict[str, Any] = {"stage": stage, "approved_version": None}
    if content.edits_version == content.version:
        columns |= {"edits_version": None, "edits_at": None}
    return columns


def _check_reviewer(content: Publishable, reviewer: User | None) -> None:
    if reviewer and not reviewer.has_perm(content.right("review")):
        raise Refused(f"{reviewer} may not review this.")
