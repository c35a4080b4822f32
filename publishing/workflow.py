"""The only writer of a publishable's WORKFLOW columns. Each transition is one function that says why it refuses.

`by` is who does it; None is the site itself (imports, sweeps), which is asked for no right, approval or check.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from core.clock import database_now
from publishing import linter, notices, pings, revisions
from publishing.models import (
    WORKFLOW,
    Comment,
    EditorialEvent,
    Publishable,
    Redirect,
    Revision,
    Waiver,
)
from publishing.signals import content_changed, revision_saved, went_live

Status, Stage, Action = Publishable.Status, Publishable.Stage, EditorialEvent.Action

DRAFT, PUBLISHED = {Status.DRAFT}, {Status.PUBLISHED}
OPEN = {Status.DRAFT, Status.PUBLISHED}
WRITING = {Stage.DRAFT, Stage.CHANGES_REQUESTED}
HANDED_IN = {Stage.IN_REVIEW, Stage.APPROVED}


@dataclass(frozen=True, slots=True)
class Transition:
    """Who may do it, and from where."""

    right: str
    statuses: frozenset[str]
    refusal: str
    stages: frozenset[str] = frozenset(Stage)


def _from(right: str, statuses: set[Status], refusal: str, stages: set[Stage] | None = None) -> Transition:
    return Transition(right, frozenset(statuses), refusal, frozenset(stages or Stage))


TRANSITIONS: dict[str, Transition] = {
    Action.RESTORED: _from("change", OPEN, "It is archived. Bring it back as a draft to edit it."),
    Action.ASSIGNED: _from("review", OPEN, "It is archived: there is nothing to review."),
    Action.SUBMITTED: _from("change", OPEN, "It waits for a review already.", WRITING),
    Action.WITHDRAWN: _from("change", OPEN, "It is not in review.", HANDED_IN),
    Action.CHANGES_REQUESTED: _from("review", OPEN, "It is not in review: its author is writing.", HANDED_IN),
    Action.APPROVED: _from("review", OPEN, "It is not in review.", {Stage.IN_REVIEW}),
    Action.COMMENTED: _from("change", set(Status), ""),
    Action.PUBLISHED: _from("publish", OPEN, "It is archived. Bring it back as a draft first."),
    Action.EDITS_PUBLISHED: _from("publish", PUBLISHED, "It is not published, so no edits wait."),
    Action.EDITS_DISCARDED: _from("change", PUBLISHED, "It is not published, so no edits wait."),
    Action.EXPIRY_SET: _from("publish", PUBLISHED, "It is not published, so it cannot expire."),
    Action.UNPUBLISHED: _from("publish", PUBLISHED, "It is not published."),
    Action.ARCHIVED: _from("publish", OPEN, "It is archived already."),
    Action.REOPENED: _from("publish", {Status.ARCHIVED, Status.REMOVED}, "It is not archived."),
    Action.REMOVED: _from("take_down", {*OPEN, Status.ARCHIVED}, "It was taken down already."),
    Action.WAIVED: _from("waive", OPEN, "It is archived: nothing stops it."),
}


class Refused(ValidationError):
    """A transition that is not possible now; the message says why and what to do."""


# --- writing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def edited[P: Publishable](
    content: P, taken: revisions.Snapshot, by: User | None, *, note: str = "", applied: bool = True
) -> P:
    """Keep what was saved as the newest revision. An approval is void with it.

    Published content is not touched: the edit waits. `applied`: the row of a draft holds the snapshot already.
    """
    current = _lock(content)
    if current.status not in OPEN:
        raise Refused("It is archived. Bring it back as a draft to edit it.")
    if current.status == Status.PUBLISHED or not applied:
        baseline(current, by)
    revision = revisions.record(current, taken, by, note)
    if revision is None:
        return _refresh(content)
    if current.status == Status.DRAFT and not applied:
        revisions.apply(current, taken)
    _new_version(current, revision, by)
    revision_saved.send(sender=type(content), content=content, revision=revision)
    return _refresh(content)


@transaction.atomic
def saved[P: Publishable](
    content: P, old_path: str | None = None, readable: bool = True, by: User | None = None, note: str = ""
) -> P:
    """After the row and everything around it was written past the desk (an import, a new rendering).

    Readers, lists and feeds get the new text at once; edits that waited go on waiting. `old_path` is where it was
    before; `readable` is False if nothing that readers see has changed.
    """
    if old_path and old_path != content.get_absolute_url():
        remember_path(content, old_path)
    current = _lock(content)
    _record_row(current, by, note)
    if readable:
        rows = type(content)._default_manager.filter(pk=content.pk)
        rows.filter(status=Status.PUBLISHED, published_at__lte=Now()).update(revised_at=Now())
    return _changed(content)


@transaction.atomic
def baseline(content: Publishable, by: User | None = None) -> None:
    """What was saved before there were revisions gets its first one."""
    if not content.version:
        _record_row(content, by, "As it was.")


@transaction.atomic
def restore[P: Publishable](content: P, number: int, by: User | None) -> tuple[P, list[str]]:
    """Make an old revision the newest one again; sentences say what of it could not be brought back."""
    current = _lock(content)
    if sentence := problem(current, Action.RESTORED, by):
        raise Refused(sentence)
    old = revisions.numbered(current, number)
    taken, lost = revisions.tried(current, old.snapshot)
    if taken == revisions.newest(current).snapshot:
        raise Refused("The newest version says the same.")
    edited(content, taken, by, note=f"Brought back revision {number}.", applied=False)
    _record(content, Action.RESTORED, by, revision=revisions.newest(content), why=f"Revision {number}.")
    return content, lost


# --- review -------------------------------------------------------------------------------------------------------


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
    current = _begin(content, Action.ASSIGNED, by)
    _check_reviewer(current, reviewer)
    return _step(current, content, Action.ASSIGNED, by, batch=batch, reviewer=reviewer, due_on=due_on)


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
    current = _begin(content, Action.SUBMITTED, by)
    baseline(current, by)
    if current.status == Status.PUBLISHED and not current.has_edits_waiting:
        raise Refused("Nothing has changed since it was published.")
    _check_reviewer(current, reviewer)
    who = {"reviewer": reviewer} if reviewer else {}
    when = {"due_on": due_on} if due_on else {}
    columns = {"stage": Stage.IN_REVIEW, **who, **when}
    return _step(current, content, Action.SUBMITTED, by, why=why, batch=batch, **columns)


@transaction.atomic
def withdraw[P: Publishable](content: P, by: User | None, why: str = "") -> P:
    """Take it back from review to go on writing; an approval is void."""
    current = _begin(content, Action.WITHDRAWN, by)
    return _step(current, content, Action.WITHDRAWN, by, why=why, stage=Stage.DRAFT, approved_version=None)


@transaction.atomic
def request_changes[P: Publishable](content: P, by: User | None, why: str, by_name: str = "") -> P:
    """Give it back to its author with a comment that says what is missing."""
    current = _begin(content, Action.CHANGES_REQUESTED, by)
    if not why.strip():
        raise Refused("Say what should change: the author gets it as a mail.")
    columns = {"stage": Stage.CHANGES_REQUESTED, "approved_version": None}
    return _step(current, content, Action.CHANGES_REQUESTED, by, by_name=by_name, why=why, **columns)


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
    current = _begin(content, Action.APPROVED, by)
    if version is not None and version != current.version:
        raise Refused("It was edited since you opened it. Look at the newest version first.")
    if by and type(content)._default_manager.owned_by(by).filter(pk=content.pk).exists():  # type: ignore[attr-defined]
        raise Refused("It is your own work: somebody else has to approve it.")
    columns = {"stage": Stage.APPROVED, "approved_version": current.version}
    return _step(current, content, Action.APPROVED, by, by_name=by_name, why=why, batch=batch, **columns)


@transaction.atomic
def comment(
    content: Publishable, by: User | None, text: str, *, field: str = "", by_name: str = ""
) -> Comment:
    """Say something about the newest revision, or one field of it."""
    current = _begin(content, Action.COMMENTED, by)
    if not text.strip():
        raise Refused("Write something first.")
    baseline(current, by)
    revision = revisions.newest(current)
    said = Comment.objects.create(revision=revision, field=field, text=text, by=by, by_name=by_name)
    event = _record(current, Action.COMMENTED, by, by_name=by_name, why=text, revision=revision)
    notices.send(event, current)
    return said


@transaction.atomic
def waive(content: Publishable, by: User | None, finding: linter.Finding, reason: str) -> Waiver:
    """Let one problem pass; the reason is kept."""
    _begin(content, Action.WAIVED, by)
    if not reason.strip():
        raise Refused("Say why this may stay: the reason is kept with the content.")
    waiver, _ = Waiver.objects.update_or_create(
        item_id=content.item_id,
        rule=finding.rule,
        fingerprint=finding.fingerprint,
        defaults={"reason": reason[:300], "by": by, "made_at": Now()},
    )
    _record(content, Action.WAIVED, by, why=f"{finding.message} – {reason}")
    return waiver


# --- what readers get ---------------------------------------------------------------------------------------------


@transaction.atomic
def publish[P: Publishable](
    content: P,
    by: User | None,
    at: datetime | None = None,
    quietly: bool = False,
    *,
    batch: uuid.UUID | None = None,
) -> P:
    """Make it visible at `at` (aware; None: now, also if it was scheduled). What is live keeps its date without `at`.

    Edits that wait are not part of it: `publish_edits`. `quietly`: it is long known elsewhere, so nobody is told
    (`announce`) that it went live. Raises Refused when it is not approved or not fit for readers.
    """
    current = _begin(content, Action.PUBLISHED, by)
    if not current.title.strip():
        raise Refused("Write a headline first: readers need something to click on.")
    if at is None and current.is_live:
        return _refresh(content)
    if current.status == Status.DRAFT:
        _demand_approval(current, by)
        baseline(current, by)
    _demand_soundness(current, by)
    when = {
        "published_at": at or Now(),
        "announced_at": Now() if quietly else None,
        "revised_at": None,
        "expires_at": None if _would_have_expired(current, at) else current.expires_at,
    }
    if current.status == Status.DRAFT:
        when["live_version"] = current.version
    action = Action.SCHEDULED if at and at > database_now() else Action.PUBLISHED
    _step(current, content, action, by, batch=batch, status=Status.PUBLISHED, published_by=by, **when)
    return _changed(content)


@transaction.atomic
def publish_edits[P: Publishable](
    content: P, by: User | None, at: datetime | None = None, *, batch: uuid.UUID | None = None
) -> P:
    """Let the newest revision take the published one's place, now or at `at`."""
    current = _begin(content, Action.EDITS_PUBLISHED, by)
    if not current.has_edits_waiting:
        raise Refused("Readers get the newest version already.")
    _demand_approval(current, by)
    taken = revisions.newest(current).snapshot
    with revisions.as_if(current, taken) as proposed:
        _demand_soundness(proposed, by)
    if at and at > database_now():
        columns = {"edits_version": current.version, "edits_at": at}
        return _step(current, content, Action.EDITS_SCHEDULED, by, batch=batch, **columns)
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
    current = _begin(content, Action.EDITS_PUBLISHED, by)
    if current.edits_at is None:
        raise Refused("The edits have no date.")
    return _step(current, content, Action.EDITS_UNSCHEDULED, by, edits_version=None, edits_at=None)


@transaction.atomic
def discard_edits[P: Publishable](content: P, by: User | None) -> P:
    """Go back to what readers get. What is discarded stays in the history."""
    current = _begin(content, Action.EDITS_DISCARDED, by)
    if not current.has_edits_waiting:
        raise Refused("No edits wait.")
    revision = revisions.record(current, revisions.snapshot(current), by, "Edits discarded.")
    number = revision.number if revision else current.version
    columns = {"version": number, "live_version": number, "edits_version": None, "edits_at": None}
    columns |= {"stage": Stage.DRAFT, "approved_version": None}
    return _step(current, content, Action.EDITS_DISCARDED, by, **columns)


@transaction.atomic
def set_expiry[P: Publishable](content: P, by: User | None, at: datetime | None) -> P:
    """When it disappears by itself; None: never."""
    current = _begin(content, Action.EXPIRY_SET, by)
    if at and current.published_at and at <= current.published_at:
        raise Refused("It would disappear before it appears. Choose a later time.")
    _step(current, content, Action.EXPIRY_SET, by, expires_at=at)
    return _changed(content)


@transaction.atomic
def unpublish[P: Publishable](
    content: P, by: User | None, why: str = "", *, batch: uuid.UUID | None = None
) -> P:
    """Take it off the site and out of every list; it stays a draft, with the edits that waited."""
    current = _begin(content, Action.UNPUBLISHED, by)
    return _leave(current, content, Action.UNPUBLISHED, by, Status.DRAFT, why, batch)


@transaction.atomic
def archive[P: Publishable](
    content: P, by: User | None, why: str = "", *, batch: uuid.UUID | None = None
) -> P:
    """Put it away: off the site, and off the desk's lists of what is to be done."""
    current = _begin(content, Action.ARCHIVED, by)
    return _leave(current, content, Action.ARCHIVED, by, Status.ARCHIVED, why, batch)


@transaction.atomic
def reopen[P: Publishable](
    content: P, by: User | None, why: str = "", *, batch: uuid.UUID | None = None
) -> P:
    """Bring back as a draft what was archived or taken down."""
    current = _begin(content, Action.REOPENED, by)
    if current.status == Status.REMOVED:
        _demand(current, by, "take_down")
    return _leave(current, content, Action.REOPENED, by, Status.DRAFT, why, batch)


@transaction.atomic
def take_down[P: Publishable](content: P, by: User | None, why: str, *, batch: uuid.UUID | None = None) -> P:
    """Its addresses answer 410 from now on, and nothing of it is left in lists, feeds, caches and search."""
    current = _begin(content, Action.REMOVED, by)
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
    _demand(content, by, TRANSITIONS.get(event.action, TRANSITIONS[Action.PUBLISHED]).right)
    before = {
        name: content._meta.get_field(name).to_python(value)
        for name, value in event.facts.get("before", {}).items()
    }
    if content.version != event.facts.get("version"):
        raise Refused(f"“{content}” was edited since.")
    _step(content, content, Action.UNDONE, by, why=event.get_action_display(), **before)
    current = _lock(content)
    holds = current.live_version if current.status == Status.PUBLISHED else current.version
    if holds:
        revisions.apply(current, revisions.numbered(current, holds).snapshot)
    return _changed(content)


def remember_path(content: Publishable, path: str) -> None:
    """Redirect an old address to wherever the content is now."""
    Redirect.objects.update_or_create(
        path=path[:500], defaults={"item_id": content.item_id, "target_path": ""}
    )


@transaction.atomic
def announce(content: Publishable) -> bool:
    """Do the side effects of going live, at most once however many processes try; False if it was done already."""
    due = type(content)._default_manager.due_for_announcement().filter(pk=content.pk)  # type: ignore[attr-defined]
    claimed = bool(due.update(announced_at=Now()))
    if claimed:
        notices.send(_record(content, Action.WENT_LIVE, None), content)
        went_live.send(sender=type(content), content=content)
    return claimed


# --- what they share ----------------------------------------------------------------------------------------------


def problem(content: Publishable, action: str, by: User | None) -> str | None:
    """Why the table of transitions forbids it, if it does; for buttons that should not be offered."""
    transition = TRANSITIONS[action]
    if not may(content, by, transition.right):
        return "You do not have the right to do this."
    if content.status not in transition.statuses or content.stage not in transition.stages:
        return transition.refusal
    return None


def may(content: Publishable, by: User | None, right: str) -> bool:
    """Whether somebody has a right on this very content."""
    if by is None:
        return True
    rows: Any = type(content)._default_manager
    return by.has_perm(content.right(right)) and rows.editable_by(by).filter(pk=content.pk).exists()


def is_approved(content: Publishable) -> bool:
    return content.version > 0 and content.approved_version == content.version


def _begin[P: Publishable](content: P, action: str, by: User | None) -> P:
    """The locked row, if the table of transitions lets it pass."""
    current = _lock(content)
    if sentence := problem(current, action, by):
        raise Refused(sentence)
    return current


def _demand(content: Publishable, by: User | None, right: str) -> None:
    if not may(content, by, right):
        raise Refused("You do not have the right to do this.")


def _demand_approval(content: Publishable, by: User | None) -> None:
    if not is_approved(content) and not may(content, by, "publish_unreviewed"):
        raise Refused("It is not approved. Submit it for review, and have somebody else approve it.")


def _demand_soundness(content: Publishable, by: User | None) -> None:
    if by is not None and (found := linter.blocking(content)):
        raise Refused(f"{found[0].message} {found[0].fix}" if len(found) == 1 else _several(found))


def _several(found: list[linter.Finding]) -> str:
    return f"{len(found)} problems stop it: " + " ".join(finding.message for finding in found[:5])


def _check_reviewer(content: Publishable, reviewer: User | None) -> None:
    if reviewer and not reviewer.has_perm(content.right("review")):
        raise Refused(f"{reviewer} may not review this.")


def _record_row(content: Publishable, by: User | None, note: str) -> None:
    """Keep the row as a revision, if none says the same. Edits that wait stay the newest."""
    published = content.status == Status.PUBLISHED
    waiting = revisions.newest(content) if content.has_edits_waiting else None
    taken = revisions.snapshot(content)
    if (
        waiting
        and content.live_version
        and revisions.numbered(content, content.live_version).snapshot == taken
    ):
        return
    if revision := revisions.record(content, taken, by, note):
        _new_version(content, revision, by, live=published)
        again = waiting and revisions.record(content, waiting.snapshot, waiting.made_by, "Waits on.")
        if again:
            _new_version(content, again, waiting.made_by)


def _new_version(content: Publishable, revision: Revision, by: User | None, live: bool = False) -> None:
    """Point the row at its newest revision. What was approved is so no longer, and has to be looked at again."""
    waited = content.status != Status.PUBLISHED or content.has_edits_waiting
    voided = content.stage == Stage.APPROVED and waited and not live
    columns: dict[str, Any] = {"version": revision.number, "approved_version": None}
    if live:
        columns["live_version"] = revision.number
    if content.stage == Stage.APPROVED:
        columns["stage"] = Stage.IN_REVIEW if voided else Stage.DRAFT
    _update(content, **columns)
    _refresh(content)
    if voided:
        notices.send(_record(content, Action.EDITED, by, revision=revision), content)


def _would_have_expired(content: Publishable, at: datetime | None) -> bool:
    return content.expires_at is not None and content.expires_at <= (at or database_now())


def _replace_live[P: Publishable](
    current: P, content: P, number: int, by: User | None, batch: uuid.UUID | None
) -> P:
    old_path, taken = current.get_absolute_url(), revisions.numbered(current, number).snapshot
    readable = revisions.differ(revisions.snapshot(current), taken, besides=current.unread_fields)
    revisions.apply(current, taken)
    changed = type(current)._default_manager.get(pk=current.pk)
    if old_path != changed.get_absolute_url():
        remember_path(changed, old_path)
    columns: dict[str, Any] = {"live_version": number, "edits_version": None, "edits_at": None}
    if readable and current.is_live:
        columns["revised_at"] = Now()
        pings.ping_soon(changed)
    _step(current, content, Action.EDITS_PUBLISHED, by, batch=batch, **columns)
    return _changed(content)


def _leave[P: Publishable](
    current: P, content: P, action: str, by: User | None, status: str, why: str, batch: uuid.UUID | None
) -> P:
    """Out of readers' sight. The row holds the newest revision again."""
    if current.has_edits_waiting:
        revisions.apply(current, revisions.newest(current).snapshot)
    columns = {"status": status, "live_version": None, "edits_version": None, "edits_at": None}
    if current.stage == Stage.APPROVED and current.approved_version != current.version:
        columns["stage"] = Stage.DRAFT
    _step(current, content, action, by, why=why, batch=batch, **columns)
    return _changed(content)


def _step[P: Publishable](
    current: P,
    content: P,
    action: str,
    by: User | None,
    *,
    by_name: str = "",
    why: str = "",
    batch: uuid.UUID | None = None,
    **columns: Any,
) -> P:
    """Write the columns and remember what they were."""
    before = _workflow_of(current)
    _update(current, **columns)
    after = _workflow_of(_lock(content))
    facts = {
        "version": after["version"],
        "before": {name: value for name, value in before.items() if value != after[name]},
        "after": {name: value for name, value in after.items() if value != before[name]},
    }
    revision = Revision.objects.filter(item_id=current.item_id, number=after["version"]).first()
    event = _record(
        current, action, by, by_name=by_name, why=why, batch=batch, revision=revision, facts=facts
    )
    _refresh(content)
    notices.send(event, content)
    return content


def _record(content: Publishable, action: str, by: User | None, **columns: Any) -> EditorialEvent:
    return EditorialEvent.objects.create(item_id=content.item_id, action=action, by=by, **columns)


def _workflow_of(content: Publishable) -> dict[str, Any]:
    fields = (content._meta.get_field(name) for name in sorted(WORKFLOW))
    return {field.name: field.value_from_object(content) for field in fields}


def _lock[P: Publishable](content: P) -> P:
    return type(content)._default_manager.select_for_update().get(pk=content.pk)


def _update(content: Publishable, **columns: Any) -> None:
    type(content)._default_manager.filter(pk=content.pk).update(changed_at=Now(), **columns)


def _refresh[P: Publishable](content: P) -> P:
    content.refresh_from_db(fields=[*WORKFLOW, "changed_at"])
    return content


def _changed[P: Publishable](content: P) -> P:
    """Tell everybody, with the row as it is now: somebody else may have saved since `content` was read."""
    content_changed.send(sender=type(content), content=_lock(content))
    return _refresh(content)
