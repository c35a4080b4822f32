"""A new draft that begins as something else ends."""

from copy import deepcopy
from typing import Any

from django.db import transaction

from accounts.models import User
from publishing import revisions, workflow
from publishing.models import Publishable

PREFIX = "Copy of "


@transaction.atomic
def duplicate[P: Publishable](content: P, by: User) -> P:
    """A draft of their own with the newest text, rows and relations; nothing of its history, address or state.

    Raises Refused if they may not touch the original.
    """
    if not workflow.may(content, by, "add"):
        raise workflow.Refused("You do not have the right to do this.")
    model = type(content)
    taken = _newest(model._default_manager.get(pk=content.pk))
    name = model.title_field
    title = _titled(model, taken["fields"][name])
    copy = model(**{name: title}, **_needed(model, taken), created_by=by)
    copy.save()
    taken["fields"] |= {name: title, "slug": copy.slug}
    for rows in taken["rows"].values():
        for row in rows:
            row["pk"] = None
    revisions.apply(copy, taken)
    copy = model._default_manager.get(pk=copy.pk)
    return workflow.edited(copy, revisions.snapshot(copy), by, note=f"A copy of “{content.title}”."[:200])


def _newest(content: Publishable) -> dict[str, Any]:
    """The newest revision, or the row of what was never saved on the desk."""
    return deepcopy(revisions.newest(content).snapshot) if content.version else revisions.snapshot(content)


def _needed(model: type[Publishable], taken: revisions.Snapshot) -> dict[str, Any]:
    """The relations without which there is no row: an episode's show."""
    fields = [field for field in revisions.own_fields(model) if field.is_relation and not field.null]
    return {field.attname: taken["fields"][field.name] for field in fields}


def _titled(model: type[Publishable], title: str) -> str:
    field: Any = model._meta.get_field(model.title_field)
    return f"{PREFIX}{title}"[: field.max_length]
