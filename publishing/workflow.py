"""The only writer of a publishable's status. Each transition is one function that says why it refuses."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from publishing.models import Publishable, Redirect
from publishing.signals import content_changed, went_live


class Refused(ValidationError):
    """A transition that is not possible now; the message says why and what to do."""


@transaction.atomic
def publish[P: Publishable](
    content: P, by: User | None, at: datetime | None = None, quietly: bool = False
) -> P:
    """Make it visible at `at` (aware; None: now, also if it was scheduled). What is live keeps its date without `at`.

    `quietly`: it is long known elsewhere, so nobody is told (`announce`) that it went live.
    Raises Refused when the content is not fit for readers.
    """
    current = _lock(content)
    if not current.title.strip():
        raise Refused("Write a headline first: readers need something to click on.")
    if at is None and current.is_live:
        return _refresh(content)
    when = {
        "published_at": at or Now(),
        "announced_at": Now() if quietly else None,
        "revised_at": None,
    }
    _update(current, status=Publishable.Status.PUBLISHED, published_by=by, **when)
    return _changed(content)


@transaction.atomic
def unpublish[P: Publishable](content: P, by: User | None) -> P:
    """Take it off the site and out of every list; it stays a draft that can be published again."""
    current = _lock(content)
    if current.status != Publishable.Status.PUBLISHED:
        raise Refused("It is not published.")
    _update(current, status=Publishable.Status.DRAFT, published_by=by)
    return _changed(content)


@transaction.atomic
def saved[P: Publishable](content: P, old_path: str | None = None, readable: bool = True) -> P:
    """After content and everything around it (bylines, topics) was saved: readers, lists and feeds get the new text.

    `old_path` is where it was before; `readable` is False if nothing that readers see has changed.
    """
    if old_path and old_path != content.get_absolute_url():
        remember_path(content, old_path)
    if readable:
        type(content)._default_manager.filter(
            pk=content.pk, status=Publishable.Status.PUBLISHED, published_at__lte=Now()
        ).update(revised_at=Now())
    return _changed(content)


def remember_path(content: Publishable, path: str) -> None:
    """Redirect an old address to wherever the content is now."""
    Redirect.objects.update_or_create(
        path=path[:500], defaults={"item_id": content.item_id, "target_path": ""}
    )


def announce(content: Publishable) -> bool:
    """Do the side effects of going live, at most once however many processes try; False if it was done already."""
    claimed = (
        type(content)
        ._default_manager.filter(
            pk=content.pk, status=Publishable.Status.PUBLISHED, published_at__lte=Now(), announced_at=None
        )
        .update(announced_at=Now())
    )
    if claimed:
        went_live.send(sender=type(content), content=content)
    return bool(claimed)


def _lock[P: Publishable](content: P) -> P:
    return type(content)._default_manager.select_for_update().get(pk=content.pk)


def _update(content: Publishable, **columns: Any) -> None:
    type(content)._default_manager.filter(pk=content.pk).update(changed_at=Now(), **columns)


def _refresh[P: Publishable](content: P) -> P:
    content.refresh_from_db(
        fields=["status", "published_at", "published_by", "announced_at", "revised_at", "changed_at"]
    )
    return content


def _changed[P: Publishable](content: P) -> P:
    """Tell everybody, with the row as it is now: somebody else may have saved since `content` was read."""
    content_changed.send(sender=type(content), content=_lock(content))
    return _refresh(content)
