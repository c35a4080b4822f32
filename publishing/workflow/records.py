"""What every step does to the database: lock, write, remember, tell."""

import uuid
from typing import Any

from django.db.models.functions import Now

from accounts.models import User
from core.faults import point
from publishing import notices
from publishing.models import WORKFLOW, EditorialEvent, Publishable, Revision
from publishing.signals import content_changed
from publishing.workflow.transitions import Action, Refused, Stage, Status, problem


def begin[P: Publishable](content: P, action: str, by: User | None) -> P:
    """The locked row, if the table of transitions lets it pass."""
    current = lock(content)
    if sentence := problem(current, action, by):
        raise Refused(sentence)
    return current


def step[P: Publishable](
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
    before = workflow_of(current)
    update(current, **columns)
    point("workflow.half_done")
    after = workflow_of(refresh(current))
    facts = {
        "version": after["version"],
        "before": {name: value for name, value in before.items() if value != after[name]},
        "after": {name: value for name, value in after.items() if value != before[name]},
    }
    revisions = Revision.objects.filter(item_id=current.item_id, number=after["version"])
    event = record(
        current,
        action,
        by,
        by_name=by_name,
        why=why,
        batch=batch,
        revision=revisions.only("pk").first(),
        facts=facts,
    )
    mirror(current, content)
    notices.send(event, content)
    return content


def record(content: Publishable, action: str, by: User | None, **columns: Any) -> EditorialEvent:
    return EditorialEvent.objects.create(item_id=content.item_id, action=action, by=by, **columns)


def new_version(content: Publishable, revision: Revision, by: User | None, live: bool = False) -> None:
    """Point the row at its newest revision. What was approved is so no longer, and has to be looked at again."""
    begins = content.status == Status.PUBLISHED and not content.has_edits_waiting
    voided = content.stage == Stage.APPROVED and not begins
    columns: dict[str, Any] = {"version": revision.number, "approved_version": None}
    if live:
        columns["live_version"] = revision.number
    if begins or voided:
        columns["stage"] = Stage.IN_REVIEW if voided else Stage.DRAFT
    update(content, **columns)
    refresh(content)
    if voided:
        notices.send(record(content, Action.EDITED, by, revision=revision), content)


def changed[P: Publishable](content: P, current: P | None = None) -> P:
    """Tell everybody, with the row as it is now: somebody else may have saved since `content` was read.

    `current` is that row, if the caller has locked it and written nothing but the workflow's columns since.
    """
    content_changed.send(sender=type(content), content=current or lock(content))
    return refresh(content)


def lock[P: Publishable](content: P) -> P:
    return type(content)._default_manager.select_for_update().get(pk=content.pk)


def update(content: Publishable, **columns: Any) -> None:
    type(content)._default_manager.filter(pk=content.pk).update(changed_at=Now(), **columns)


def refresh[P: Publishable](content: P) -> P:
    content.refresh_from_db(fields=[*WORKFLOW, "changed_at"])
    return content


def mirror(current: Publishable, content: Publishable) -> None:
    """Give `content` the workflow's columns of the locked row."""
    for field in content._meta.concrete_fields:
        if field.name in WORKFLOW or field.name == "changed_at":
            setattr(content, field.attname, getattr(current, field.attname))


def workflow_of(content: Publishable) -> dict[str, Any]:
    fields = (field for field in content._meta.concrete_fields if field.name in WORKFLOW)
    return {field.name: field.value_from_object(content) for field in fields}
