"""The questions that an editor's day begins with. Each narrows rows of one kind that somebody may touch.

The sections of the desk and the filters of the lists ask the same ones, so that a count and what it leads to agree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models.functions import Now, TruncDate

from accounts.models import User
from publishing.models import Comment, Publishable, Waiver
from publishing.models.publishable import not_expired
from publishing.workflow import HANDED_IN, OPEN

Status, Stage = Publishable.Status, Publishable.Stage

SOON = timedelta(days=14)
"""How far the desk looks ahead, and back."""


@dataclass(frozen=True, slots=True)
class Question:
    """`ask(rows, user)` narrows the rows of one kind; `order` is what to look at first."""

    name: str
    label: str
    ask: Callable[[Any, User], Any]
    order: tuple[Any, ...] = ("-changed_at", "-pk")


def mine(rows: Any, user: User) -> Any:
    """Their own work that is not out yet, and edits of it that wait."""
    return rows.filter(owned_by(rows, user), is_in_hand())


def waiting(rows: Any, user: User) -> Any:
    """What can only go on if they do something."""
    own, right = owned_by(rows, user), rows.model.right
    asked = Q(stage=Stage.IN_REVIEW, reviewer=user)
    if user.has_perm(right("review")):
        asked |= Q(stage=Stage.IN_REVIEW, reviewer=None) & ~own
    if user.has_perm(right("publish")):
        asked |= Q(stage=Stage.APPROVED, edits_at=None)
    asked |= own & Q(stage=Stage.CHANGES_REQUESTED)
    said = own & Exists(open_comments().exclude(by=user))
    return rows.filter(is_in_hand() & asked | said, status__in=OPEN)


def overdue(rows: Any, user: User) -> Any:
    """Due before today, by the database's clock in the site's time zone, and neither out nor on its way out by itself."""
    return rows.filter(is_in_hand(), due_on__lt=TruncDate(Now()), edits_at=None)


def scheduled(rows: Any, user: User) -> Any:
    """Something will happen to it by itself within the next days."""
    soon = Q()
    for column in ("published_at", "edits_at", "expires_at"):
        soon |= Q(**{f"{column}__gt": Now(), f"{column}__lte": Now() + SOON})
    return rows.filter(soon, status=Status.PUBLISHED)


def recent(rows: Any, user: User) -> Any:
    return rows.live().filter(published_at__gte=Now() - SOON)


def problems(rows: Any, user: User) -> Any:
    """The linter found errors that nobody waived, or links to pages that are gone, where somebody reads or reviews it."""
    found = Q(item__lint_result__errors__gt=0) | Q(item__lint_result__dead_links__gt=0)
    read = Q(status=Status.PUBLISHED) & not_expired() | Q(status=Status.DRAFT, stage__in=HANDED_IN)
    return rows.filter(found, read)


def waived(rows: Any, user: User) -> Any:
    return rows.filter(Exists(Waiver.objects.filter(item=OuterRef("item"))))


def edits(rows: Any, user: User) -> Any:
    return rows.with_edits_waiting()


def is_in_hand() -> Q:
    """Readers do not have the newest revision, and somebody may still have to do something about that."""
    return Q(status=Status.DRAFT) | Q(status=Status.PUBLISHED, version__gt=F("live_version"))


def open_comments() -> QuerySet[Comment]:
    return Comment.objects.filter(revision__item=OuterRef("item"), resolved_at=None)


def owned_by(rows: Any, user: User) -> Q:
    owns: Q = rows.model.belongs_to(user)
    return owns


URGENCY = {Stage.CHANGES_REQUESTED: 0, Stage.DRAFT: 1, Stage.IN_REVIEW: 2, Stage.APPROVED: 3}
_by_urgency = Case(
    *(When(stage=stage, then=rank) for stage, rank in URGENCY.items()), output_field=IntegerField()
)

QUESTIONS = {
    question.name: question
    for question in [
        Question("mine", "My work in hand", mine, (_by_urgency, "-changed_at", "-pk")),
        Question(
            "waiting", "Waiting for me", waiting, (F("due_on").asc(nulls_last=True), "changed_at", "pk")
        ),
        Question("overdue", "Overdue", overdue, ("due_on", "pk")),
        Question("edits", "Edits waiting", edits),
        Question("scheduled", "Happens soon", scheduled, ("published_at", "pk")),
        Question("recent", "Recently live", recent, ("-published_at", "-pk")),
        Question("problems", "Problems", problems, ("-item__lint_result__errors", "-changed_at", "-pk")),
        Question("waived", "Problems waived", waived),
    ]
}
