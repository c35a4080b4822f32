"""What is typed and not saved is kept, one form a person, until it is saved or thrown away. It is no revision."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.http import QueryDict

from accounts.models import User
from publishing.models import Autosave, Revision

OURS = ("csrfmiddlewaretoken", "_save", "_continue", "_preview", "_publish", "_addanother")


JUST_NOW = timedelta(seconds=10)


def keep(user: User, kind: str, item_id: int | None, form: QueryDict) -> Autosave:
    """Remember a form's fields; the last ones win."""
    fields = form.copy()
    for name in OURS:
        fields.pop(name, None)
    which: dict[str, Any] = {"user": user, "kind": kind, "item_id": item_id}
    kept, _ = Autosave.objects.update_or_create(
        **which, defaults={"data": fields.urlencode(), "saved_at": Now()}
    )
    return kept


def is_outdated(user: User, kind: str, item_id: int | None, seen: int) -> bool:
    """Whether the person has saved a newer version than `seen` (0 of something new) a moment ago: what was on its way when
    they did would come back as something unsaved. Another tab of theirs tries again, and is then believed."""
    saved = Revision.objects.filter(made_by=user, made_at__gt=Now() - JUST_NOW, number__gt=seen)
    saved = saved.filter(item=item_id) if item_id else saved.filter(item__kind=kind, number=1)
    return saved.exists()


def find(user: User, kind: str, item_id: int | None) -> Autosave | None:
    return Autosave.objects.filter(user=user, kind=kind, item=item_id).first()


def forget(user: User, kind: str, item_id: int | None) -> None:
    Autosave.objects.filter(user=user, kind=kind, item=item_id).delete()
