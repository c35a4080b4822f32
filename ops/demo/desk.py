"""What lies on the desk of the demo magazine: each function tells how one piece came to be where it is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from ops.demo.cast import Filling
from publishing import linter, revisions, workflow
from publishing.models import Comment, EditorialEvent, Publishable, Revision, Waiver


def fill_desk(filling: Filling) -> None:
    _in_review(filling)
    _changes_requested(filling)
    _overdue(filling)
    _scheduled(filling)
    _edits_in_review(filling)
    _waived(filling)
    _expired(filling)
    _archived(filling)


@contextmanager
def at(filling: Filling, content: Publishable, then: datetime) -> Iterator[None]:
    """What the filling has done to the content, up to the end of the block and not dated yet, happened then (aware)."""
    yield
    for rows, column in _memory(content):
        rows.filter(**{f"{column}__gte": filling.now}).update(**{column: then})
    type(content)._default_manager.filter(pk=content.pk).update(changed_at=then)
    content.refresh_from_db(fields=["created_at", "changed_at"])


def ago(filling: Filling, content: Publishable, **span: float) -> AbstractContextManager[None]:
    """`at` some time ago, in the words of `timedelta`."""
    return at(filling, content, filling.now - timedelta(**span))


def _memory(content: Publishable) -> list[tuple[QuerySet[Any], str]]:
    item = content.item_id
    return [
        (type(content)._default_manager.filter(pk=content.pk), "created_at"),
        (EditorialEvent.objects.filter(item=item), "at"),
        (Revision.objects.filter(item=item), "made_at"),
        (Comment.objects.filter(revision__item=item), "made_at"),
        (Waiver.objects.filter(item=item), "made_at"),
    ]


def _in_review(filling: Filling) -> None:
    article = filling.articles["minus-nineteen"]
    tomorrow = filling.now.date() + timedelta(days=1)
    note = "Is it clear why 85 and not some other number? I was afraid of explaining it to death."
    with ago(filling, article, days=1, hours=3):
        workflow.submit(article, filling.author, note, reviewer=filling.editor, due_on=tomorrow)


def _changes_requested(filling: Filling) -> None:
    article = filling.articles["a-lamp-for-the-bicycle-shed"]
    with ago(filling, article, days=4):
        workflow.submit(article, filling.author, reviewer=filling.editor)
    with ago(filling, article, days=2):
        asked = (
            "The headline promises a bicycle. The text has a lamp, a shed and gloves, and is better for it."
        )
        workflow.comment(article, filling.editor, asked, field="headline")
        why = "A new headline, please, and one more paragraph: what does it cost to run the lamp for a year?"
        workflow.request_changes(article, filling.editor, why)


def _overdue(filling: Filling) -> None:
    article = filling.articles["fluid-type-with-the-arithmetic-showing"]
    due = filling.now.date() - timedelta(days=3)
    with ago(filling, article, days=12):
        workflow.assign(article, filling.publisher, filling.editor, due)


def _scheduled(filling: Filling) -> None:
    article = filling.articles["the-shelf-life-of-a-link"]
    next_week = (filling.now + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)
    with ago(filling, article, days=6):
        workflow.submit(article, filling.editor, "It ends on the accordion now.", reviewer=filling.publisher)
    with ago(filling, article, days=3):
        workflow.approve(article, filling.publisher, "Leave the accordion exactly as it is.")
        workflow.publish(article, filling.editor, next_week)


def _edits_in_review(filling: Filling) -> None:
    article = filling.articles["draw-the-chart-yourself"]
    with ago(filling, article, hours=20):
        _edit(
            article,
            filling.author,
            "A single reading still would; the caller waits for the second.",
            "A single reading still would: two readers have found that out on a first evening, so the caller waits "
            "for the second.",
        )
    with ago(filling, article, hours=19):
        note = "Two letters about the division by zero. One more sentence should do."
        workflow.submit(article, filling.author, note, reviewer=filling.editor)


def _waived(filling: Filling) -> None:
    article = filling.articles["print-it-properly"]
    reason = "The listing is Python 2 and has to be: it is about a line that has been running since 2004."
    with ago(filling, article, days=4):
        for finding in linter.blocking(article):
            workflow.waive(article, filling.publisher, finding, reason)


def _expired(filling: Filling) -> None:
    page = filling.pages["moving-house"]
    assert page.published_at
    with ago(filling, page, days=23):
        workflow.set_expiry(page, filling.editor, page.published_at + timedelta(days=7))


def _archived(filling: Filling) -> None:
    article = filling.articles["the-worst-regular-expression"]
    with ago(filling, article, days=30):
        workflow.archive(article, filling.editor, "The pencil is sent, and the jury needs a rest.")


def _edit(content: Publishable, by: User, old: str, new: str) -> None:
    """As the form does it: a new revision, which waits if the content is published."""
    taken = revisions.newest(content).snapshot
    taken["fields"]["body"] = taken["fields"]["body"].replace(old, new)
    workflow.edited(content, taken, by, applied=False)
