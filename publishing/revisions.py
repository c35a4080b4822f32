"""Snapshots of content: taken with each save, put back on restoring, applied and rolled back for a preview.

A snapshot is {fields: {name: value}, many: {name: [id]}, rows: {name: [{pk, field: value}]}}: what an editor can change.
Foreign keys are ids. Rows (bylines, …) keep their primary keys, so that a form opened on a revision fits it when it is sent.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from accounts.models import User
from core.faults import point
from publishing.models import WORKFLOW, Publishable, Revision

type Snapshot = dict[str, dict[str, Any]]


def snapshot(content: Publishable) -> Snapshot:
    """The content as it is now: its fields from memory, what points at it from the database."""
    taken = {
        "fields": {field.name: field.value_from_object(content) for field in own_fields(type(content))},
        "many": {
            field.name: sorted(getattr(content, field.name).values_list("pk", flat=True))
            for field in own_many(type(content))
        },
        "rows": {name: _rows(content, name) for name in content.revised_rows},
    }
    return _as_stored(taken)


def newest(content: Publishable) -> Revision:
    """The newest revision. Raises DoesNotExist if it was never saved through the desk."""
    return numbered(content, content.version)


def numbered(content: Publishable, number: int) -> Revision:
    return Revision.objects.get(item_id=content.item_id, number=number)


def record(content: Publishable, taken: Snapshot, by: User | None, note: str = "") -> Revision | None:
    """Keep a snapshot as the newest revision; None if the newest one says the same.

    The caller holds the row's lock and updates `version` to the revision's number.
    """
    latest = Revision.objects.filter(item_id=content.item_id).order_by("-number").first()
    if latest and latest.snapshot == taken:
        return None
    number = latest.number + 1 if latest else 1
    return Revision.objects.create(
        item_id=content.item_id, number=number, snapshot=taken, made_by=by, note=note
    )


@transaction.atomic
def apply(content: Publishable, taken: Snapshot) -> list[str]:
    """Make the stored content what the snapshot says. Returns sentences about what could not be brought back.

    What it pointed at may be gone, and its address may have been given to something else.
    """
    row = type(content)._default_manager.get(pk=content.pk)
    lost: list[str] = []
    for field in own_fields(type(row)):
        if field.name in taken["fields"]:
            _set(row, field, taken["fields"][field.name], lost)
    row.save()
    point("revisions.half_applied")
    for many in own_many(type(row)):
        if many.name in taken["many"]:
            chosen = _existing(many.related_model, taken["many"][many.name], many.verbose_name, lost)
            getattr(row, many.name).set(chosen)
    for name in row.revised_rows:
        if name in taken["rows"] and _as_stored(_rows(row, name)) != taken["rows"][name]:
            _put_rows(row, name, taken["rows"][name], lost)
    return lost


def differ(one: Snapshot, other: Snapshot, besides: Collection[str] = ()) -> bool:
    """Whether two snapshots say different things, apart from some fields."""
    fields = (
        {name: value for name, value in s["fields"].items() if name not in besides} for s in (one, other)
    )
    return next(fields) != next(fields) or any(one[part] != other[part] for part in ("many", "rows"))


@contextmanager
def as_if(
    content: Publishable, taken: Snapshot, lost: list[str] | None = None, **columns: Any
) -> Iterator[Any]:
    """The stored content as it would be with the snapshot (and other columns), until the block ends; then nothing happened.

    Whatever is rendered must be rendered inside. Keep what does not roll back (caches, mails) out of it. `lost` gets the
    sentences of `apply`.
    """
    with transaction.atomic():
        (lost if lost is not None else []).extend(apply(content, taken))
        rows = type(content)._default_manager.filter(pk=content.pk)
        if columns:
            rows.update(**columns)
        yield rows.get()
        transaction.set_rollback(True)


def tried(content: Publishable, taken: Snapshot) -> tuple[Snapshot, list[str]]:
    """What applying a snapshot would give today, and what would be lost; nothing is changed."""
    with transaction.atomic():
        lost = apply(content, taken)
        today = snapshot(type(content)._default_manager.get(pk=content.pk))
        transaction.set_rollback(True)
    return today, lost


def own_fields(model: type[Publishable]) -> list[Any]:
    """The columns that an editor can change."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and field.name not in WORKFLOW
    ]


def own_many(model: type[Publishable]) -> list[Any]:
    """The many-to-many fields that an editor can change; those with rows of their own are `revised_rows`."""
    fields: list[Any] = list(model._meta.many_to_many)
    return [f for f in fields if f.editable and f.remote_field.through._meta.auto_created]


def _rows(content: Publishable, name: str) -> list[dict[str, Any]]:
    return [
        {"pk": row.pk} | {field.name: field.value_from_object(row) for field in _row_fields(content, name)}
        for row in getattr(content, name).all()
    ]


def _row_fields(content: Publishable, name: str) -> list[Any]:
    relation: Any = type(content)._meta.get_field(name)
    return [
        field
        for field in relation.related_model._meta.concrete_fields
        if not field.primary_key and field != relation.field
    ]


def _set(row: Publishable, field: Any, value: Any, lost: list[str]) -> None:
    if (
        field.is_relation
        and value is not None
        and not _existing(field.related_model, [value], field.verbose_name, lost)
    ):
        value = None if field.null else field.value_from_object(row)
    if field.name == "slug" and _is_taken(row, value):
        lost.append(f"The address “{value}” belongs to something else now, so it keeps its own.")
        return
    setattr(row, field.attname, field.to_python(value) if not field.is_relation else value)


def _is_taken(row: Publishable, slug: str) -> bool:
    return type(row)._default_manager.filter(slug=slug).exclude(pk=row.pk).exists()


def _existing(model: type[models.Model], ids: list[int], called: str, lost: list[str]) -> list[int]:
    there = set(model._base_manager.filter(pk__in=ids).values_list("pk", flat=True))
    if gone := len(set(ids) - there):
        lost.append(f"{called[:1].upper()}{called[1:]}: {gone} of what it named was deleted since.")
    return [pk for pk in ids if pk in there]


def _put_rows(row: Publishable, name: str, values: list[dict[str, Any]], lost: list[str]) -> None:
    """All anew: rows that swap what must be unique would get in each other's way."""
    relation: Any = type(row)._meta.get_field(name)
    fields = _row_fields(row, name)
    kept = list(_whole(values, fields, lost))
    getattr(row, name).all().delete()
    relation.related_model._default_manager.bulk_create(
        relation.related_model(
            pk=value["pk"],
            **{relation.field.attname: row.pk},
            **{f.attname: value[f.name] for f in fields if f.name in value},
        )
        for value in kept
    )


def _whole(values: list[dict[str, Any]], fields: list[Any], lost: list[str]) -> Iterable[dict[str, Any]]:
    """Rows of which everything that they name still exists."""
    for value in values:
        named = [f for f in fields if f.is_relation and value.get(f.name) is not None]
        if all(_existing(f.related_model, [value[f.name]], f.verbose_name, lost) for f in named):
            yield value


def _as_stored[T](value: T) -> T:
    """As JSON will give it back, so that two snapshots can be compared."""
    stored: T = json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    return stored
