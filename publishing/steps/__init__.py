"""The steps that an editor can take, as the desk offers them: each names its row in the table of transitions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction

from accounts.models import User
from publishing import workflow
from publishing.forms import (
    ApprovalForm,
    AssignmentForm,
    ChangesForm,
    CommentForm,
    EditsForm,
    ExpiryForm,
    PublicationForm,
    ReasonForm,
    SubmissionForm,
    WaiverForm,
    WhyForm,
)
from publishing.models import EditorialEvent, Publishable
from publishing.writing.notes import notes_on_newest

Action = EditorialEvent.Action


@dataclass(frozen=True, slots=True)
class Step:
    """`act(content, by, **cleaned_data)` does it or raises Refused."""

    name: str
    action: str
    label: str
    form: type[forms.Form]
    act: Callable[..., object]
    told: str
    is_offered: Callable[[Any, User], bool] = lambda content, user: True
    hint: str = ""
    """What it does, before somebody does it."""

    def is_open_to(self, content: Publishable, user: User) -> bool:
        return workflow.problem(content, self.action, user) is None and self.is_offered(content, user)


@transaction.atomic
def _publish(
    content: Publishable,
    by: User,
    at: datetime | None,
    expires_at: datetime | None,
    version: int | None,
    **_: Any,
) -> None:
    workflow.publish(content, by, at, version=version)
    if expires_at != content.expires_at:
        workflow.set_expiry(content, by, expires_at)


def _expire(content: Publishable, by: User, expires_at: datetime | None) -> None:
    workflow.set_expiry(content, by, expires_at)


def _publish_edits(
    content: Publishable, by: User, at: datetime | None, version: int | None, **_: Any
) -> None:
    workflow.publish_edits(content, by, at, version=version)


def _waive(content: Publishable, by: User, fingerprint: str, reason: str) -> None:
    found = {note.finding.fingerprint: note.finding for note in notes_on_newest(content)}
    if fingerprint not in found:
        raise workflow.Refused("This problem is no longer there.")
    workflow.waive(content, by, found[fingerprint], reason)


def _waits(content: Publishable, user: User) -> bool:
    return content.has_edits_waiting


def _has_a_date(content: Publishable, user: User) -> bool:
    return content.edits_at is not None


def _is_published(content: Publishable, user: User) -> bool:
    return content.status == Publishable.Status.PUBLISHED


def _is_somebody_elses(content: Any, user: User) -> bool:
    return not workflow.is_own_work(content, user)


def _may_come_back(content: Publishable, user: User) -> bool:
    """What was taken down comes back by the right that took it down."""
    return content.status != Publishable.Status.REMOVED or workflow.may(content, user, "take_down")


def _is_not_live(content: Any, user: User) -> bool:
    return bool(content.state != "live")


STEPS = {
    step.name: step
    for step in [
        Step(
            "submit",
            Action.SUBMITTED,
            "Submit for review",
            SubmissionForm,
            workflow.submit,
            "Submitted for review.",
            hint="Whoever reviews it is told by mail. You can go on writing.",
        ),
        Step(
            "approve",
            Action.APPROVED,
            "Approve",
            ApprovalForm,
            workflow.approve,
            "Approved.",
            _is_somebody_elses,
            hint="For this version alone: an edit takes the approval back.",
        ),
        Step(
            "request_changes",
            Action.CHANGES_REQUESTED,
            "Ask for changes",
            ChangesForm,
            workflow.request_changes,
            "Given back to its author, with your comment.",
        ),
        Step(
            "withdraw",
            Action.WITHDRAWN,
            "Take back",
            WhyForm,
            workflow.withdraw,
            "Taken back from review.",
            hint="It is a draft again, and waits for nobody.",
        ),
        Step("assign", Action.ASSIGNED, "Assign", AssignmentForm, workflow.assign, "Assigned."),
        Step("publish", Action.PUBLISHED, "Publish", PublicationForm, _publish, "", _is_not_live),
        Step(
            "publish_edits",
            Action.EDITS_PUBLISHED,
            "Publish the edits",
            EditsForm,
            _publish_edits,
            "",
            _waits,
            hint="The newest version takes the place of the one that readers have.",
        ),
        Step(
            "keep_edits",
            Action.EDITS_PUBLISHED,
            "Let the edits wait",
            forms.Form,
            workflow.keep_edits_waiting,
            "The edits wait without a date.",
            _has_a_date,
        ),
        Step(
            "discard_edits",
            Action.EDITS_DISCARDED,
            "Discard the edits",
            forms.Form,
            workflow.discard_edits,
            "The edits are discarded. The history still has them.",
            _waits,
            hint="The newest version says again what readers have. The history keeps the edits.",
        ),
        Step("expire", Action.EXPIRY_SET, "Set the end", ExpiryForm, _expire, "", _is_published),
        Step(
            "unpublish",
            Action.UNPUBLISHED,
            "Unpublish",
            WhyForm,
            workflow.unpublish,
            "It is a draft again; readers no longer get it.",
            hint="It leaves every list, feed and search, and its address says “not found”. The text stays here.",
        ),
        Step(
            "archive",
            Action.ARCHIVED,
            "Archive",
            WhyForm,
            workflow.archive,
            "It is in the archive.",
            hint="Readers no longer get it, and it leaves the desk’s lists. It can be brought back.",
        ),
        Step(
            "reopen",
            Action.REOPENED,
            "Bring back as a draft",
            WhyForm,
            workflow.reopen,
            "It is a draft again.",
            _may_come_back,
        ),
        Step(
            "take_down",
            Action.REMOVED,
            "Take down",
            ReasonForm,
            workflow.take_down,
            "Taken down: its addresses answer “gone” from now on.",
            hint="For what must not be read any more: it leaves the site, every cache, feed and search at once.",
        ),
        Step("comment", Action.COMMENTED, "Comment", CommentForm, workflow.comment, "Your comment is there."),
        Step("waive", Action.WAIVED, "Let it stay", WaiverForm, _waive, "It may stay. Your reason is kept."),
    ]
}
