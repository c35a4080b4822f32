"""What is typed and not saved is kept, one form a person, until it is saved or thrown away. It is no revision."""

from typing import Any

from django.db.models.functions import Now
from django.http import QueryDict

from accounts.models import User
from publishing.models import Autosave

OURS = ("csrfmiddlewaretoken", "_save", "_continue", "_preview", "_publish", "_addanother")


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


def find(user: User, kind: str, item_id: int | None) -> Autosave | None:
    return Autosave.objects.filter(user=user, kind=kind, item=item_id).first()


def forget(user: User, kind: str, item_id: int | None) -> None:
    Autosave.objects.filter(user=user, kind=kind, item=item_id).delete()
