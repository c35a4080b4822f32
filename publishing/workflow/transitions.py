"""The table of transitions: who may take which step, and from where."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from publishing import linter, revisions
from publishing.models import EditorialEvent, Publishable, Revision

Status, Stage, Action = Publishable.Status, Publishable.Stage, EditorialEvent.Action

DRAFT, PUBLISHED = {Status.DRAFT}, {Status.PUBLISHED}
OPEN = {Status.DRAFT, Status.PUBLISHED}
WRITING = {Stage.DRAFT, Stage.CHANGES_REQUESTED}
HANDED_IN = {Stage.IN_REVIEW, Stage.APPROVED}


class Refused(ValidationError):
    """A transition that is not possible now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Who may do it, and from where."""

    right: str
    statuses: frozenset[str]
    refusal: str
    stages: frozenset[str] = frozenset(Stage)


def _from(right: str, statuses: set[Any], refusal: str, stages: set[Any] | None = None) -> Transition:
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


def problem(content: Publishable, action: str, by: User | None) -> str | None:
    """Why the table of transitions forbids it, if it does; for buttons that should not be offered."""
    transition = TRANSITIONS[action]
    if not may(content, by, transition.right):
        return "You do not have the right to do this."
    if content.status not in transition.statuses:
        return transition.refusal
    if transition.stages < frozenset(Stage) and not _is_on_its_way(content):
        return "Nothing has changed since it was published."
    return None if content.stage in transition.stages else transition.refusal


def may(content: Publishable, by: User | None, right: str) -> bool:
    """Whether somebody has a right on this very content."""
    if by is None:
        return True
    rows: Any = type(content)._default_manager
    return by.has_perm(content.right(right)) and rows.editable_by(by).filter(pk=content.pk).exists()


def is_own_work(content: Publishable, user: User) -> bool:
    """Whether it has to be approved by somebody else: made by them or carrying their byline, as it is or with the edits
    that wait; or edits that nobody else has touched.
    """
    rows: Any = type(content)._default_manager.filter(pk=content.pk)
    if rows.owned_by(user).exists():
        return True
    if not content.has_edits_waiting:
        return False
    edits = Revision.objects.filter(item_id=content.item_id, number__gt=content.live_version or 0)
    if not edits.exclude(made_by=user).exists():
        return True
    with revisions.as_if(content, revisions.newest(content).snapshot):
        return bool(rows.owned_by(user).exists())


def _is_on_its_way(content: Publishable) -> bool:
    """Whether there is anything that readers do not have yet."""
    return content.status != Status.PUBLISHED or content.has_edits_waiting


def demand_newest(content: Publishable, version: int | None) -> None:
    """`version` is the one that was looked at; None: nobody has to look."""
    if version is not None and version != content.version:
        raise Refused("It was edited since you opened it. Look at the newest version first.")


def demand(content: Publishable, by: User | None, right: str) -> None:
    if not may(content, by, right):
        raise Refused("You do not have the right to do this.")


def demand_approval(content: Publishable, by: User | None) -> None:
    if not is_approved(content) and not may(content, by, "publish_unreviewed"):
        raise Refused("It is not approved. Submit it for review, and have somebody else approve it.")


def demand_soundness(content: Publishable, by: User | None) -> None:
    if by is not None and (found := linter.blocking(content)):
        raise Refused(f"{found[0].message} {found[0].fix}" if len(found) == 1 else _several(found))


def _several(found: list[linter.Finding]) -> str:
    return f"{len(found)} problems stop it: " + " ".join(finding.message for finding in found[:5])


def is_approved(content: Publishable) -> bool:
    return content.version > 0 and content.approved_version == content.version
