"""Two snapshots of one kind of content, as what an editor would say about them: this word, that byline, this picture."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, ClassVar, Literal

from django.contrib.humanize.templatetags.humanize import ordinal
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import is_aware, localtime

from media_pipeline.models import MediaAsset
from media_pipeline.widgets import thumbnail
from publishing.history.word_diff import Effort, Passage, Span, differences, passages, replaced
from publishing.models import Item, Publishable, contents_of
from publishing.revisions import Snapshot

COARSE = "Too much changed to compare it word by word: some passages are marked as a whole."
_IMAGE = re.compile(r"\basset:([0-9]{1,18})\b")
MOST_IMAGES = 100  # shown as pictures; the text itself names them all
_PK, _POSITION = "pk", "position"

type What = Literal["added", "removed", "changed"]


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """What became of one field. `kind` says which of the classes below it is, for templates."""

    kind: ClassVar[str]
    name: str
    label: str
    what: What


@dataclass(frozen=True, kw_only=True)
class TextChange(FieldChange):
    """A text of paragraphs, and the images of the library that it names now or named before. `note` is for the reader."""

    kind = "text"
    passages: list[Passage]
    images_added: "list[Picture]"
    images_removed: "list[Picture]"
    note: str


@dataclass(frozen=True, kw_only=True)
class ValueChange(FieldChange):
    """A line, number, choice, date, … or the name of what it points at."""

    kind = "value"
    spans: list[Span]


@dataclass(frozen=True, kw_only=True)
class ImageChange(FieldChange):
    kind = "image"
    before: "Picture | None"
    after: "Picture | None"


@dataclass(frozen=True, kw_only=True)
class SetChange(FieldChange):
    """Names that came to a many-to-many, or went."""

    kind = "set"
    added: list[str]
    removed: list[str]


@dataclass(frozen=True, kw_only=True)
class RowsChange(FieldChange):
    kind = "rows"
    rows: "list[RowChange]"


@dataclass(frozen=True)
class RowChange:
    """One byline, chapter, …: what changed in it, and where it moved (“2nd”, “1st”), if it did."""

    name: str
    what: Literal["added", "removed", "changed", "moved"]
    details: list[ValueChange]
    moved: tuple[str, str] | None = None


@dataclass(frozen=True)
class Picture:
    """An image of the library as it is today; `asset` is None once it is deleted."""

    label: str
    asset: MediaAsset | None

    @property
    def thumbnail(self) -> str:
        return thumbnail(self.asset) if self.asset else ""


def compare(
    model: type[Publishable], before: Snapshot, after: Snapshot, order: Sequence[str] = ()
) -> list[FieldChange]:
    """What differs, in the order of the form's names in `order`, and then as the model declares it.

    Asks one query for each model that what changed points at.
    """
    places = {name: place for place, name in enumerate(dict.fromkeys([*order, *_declared(model)]))}
    changes = _Comparison(model, before, after).changes()
    return sorted(changes, key=lambda change: places.get(change.name, len(places)))


class _Comparison:
    def __init__(self, model: type[Publishable], before: Snapshot, after: Snapshot) -> None:
        self.model, self.effort = model, Effort()
        self.fields = {
            name: pair for name, pair in _pairs(model, before, after, "fields") if not _same(*pair)
        }
        self.many = dict(_pairs(model, before, after, "many"))
        self.rows = dict(_pairs(model, before, after, "rows"))
        self.objects = _Objects(self._pointed_at())

    def changes(self) -> Iterator[FieldChange]:
        for name, (old, new) in self.fields.items():
            yield self._field(_field(self.model, name), name, old, new)
        for name, (old, new) in self.many.items():
            if set(old or []) != set(new or []):
                yield self._set(_field(self.model, name), name, old or [], new or [])
        for name, (old, new) in self.rows.items():
            if rows := list(self._rows(_row_model(self.model, name), _in_order(old), _in_order(new))):
                yield RowsChange(**_about(_row_model(self.model, name), name, old, new), rows=rows)

    def _pointed_at(self) -> Iterator[tuple[Any, Any]]:
        """(model, primary key) of everything whose name or picture will be shown."""
        for name, pair in self.fields.items():
            field = _field(self.model, name)
            yield from ((MediaAsset, pk) for pk in itertools.chain(*_images_changed(field, *pair)))
            yield from ((field.related_model, pk) for pk in pair if _points(field))
        for name, (old, new) in self.many.items():
            yield from ((_related(_field(self.model, name)), pk) for pk in set(old or []) ^ set(new or []))
        for name, pair in self.rows.items():
            model = _row_model(self.model, name)
            for row in itertools.chain(*(rows or [] for rows in pair if pair[0] != pair[1])):
                yield from (
                    (_field(model, key).related_model, pk)
                    for key, pk in row.items()
                    if _points(_field(model, key))
                )

    # --- one field ------------------------------------------------------------------------------------------------

    def _field(self, field: Any, name: str, old: Any, new: Any) -> FieldChange:
        if _points(field) and field.related_model is MediaAsset:
            before, after = self.objects.picture(old), self.objects.picture(new)
            return ImageChange(**_about(field, name, old, new), before=before, after=after)
        if isinstance(field, models.TextField) and not field.choices:
            return self._text(field, name, old or "", new or "")
        return self._value(field, name, old, new)

    def _text(self, field: Any, name: str, old: str, new: str) -> TextChange:
        spans, exact = differences(old, new, self.effort)
        come, gone = _images_changed(field, old, new)
        return TextChange(
            **_about(field, name, old, new),
            passages=passages(spans),
            images_added=[Picture(*self.objects.named(MediaAsset, pk)) for pk in come],
            images_removed=[Picture(*self.objects.named(MediaAsset, pk)) for pk in gone],
            note="" if exact else COARSE,
        )

    def _value(self, field: Any, name: str, old: Any, new: Any) -> ValueChange:
        shown = self._shown(field, old), self._shown(field, new)
        has_words = isinstance(field, models.CharField | models.TextField) and not field.choices
        spans = differences(*shown, self.effort)[0] if has_words else replaced(*shown)
        return ValueChange(**_about(field, name, old, new), spans=spans)

    def _shown(self, field: Any, value: Any) -> str:
        if value is None or value == "":
            return ""
        return self.objects.named(field.related_model, value)[0] if _points(field) else in_words(field, value)

    def _set(self, field: Any, name: str, old: list[Any], new: list[Any]) -> SetChange:
        model = _related(field)
        return SetChange(
            **_about(field, name, old, new),
            added=[self.objects.named(model, pk)[0] for pk in _without(new, old)],
            removed=[self.objects.named(model, pk)[0] for pk in _without(old, new)],
        )

    # --- rows -----------------------------------------------------------------------------------------------------

    def _rows(self, model: Any, old: list[Any], new: list[Any]) -> Iterator[RowChange]:
        origin = _origins(model, old, new)
        movers = _movers(list(origin.values()))
        for place, row in enumerate(new):
            was = origin.get(place)
            details = self._details(model, old[was] if was is not None else {}, row)
            moved = (_ordinal(was), _ordinal(place)) if was is not None and was in movers else None
            if was is None:
                yield RowChange(self._title(model, row), "added", details)
            elif details or moved:
                yield RowChange(self._title(model, row), "changed" if details else "moved", details, moved)
        for place in sorted(set(range(len(old))) - set(origin.values())):
            yield RowChange(self._title(model, old[place]), "removed", [])

    def _details(self, model: Any, old: dict[str, Any], new: dict[str, Any]) -> list[ValueChange]:
        known = {_PK, _POSITION} | ({_title_field(model, new)} if not old else set())
        pairs = {key: (old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new]) if key not in known}
        return [
            self._value(_field(model, key), key, *pair) for key, pair in pairs.items() if not _same(*pair)
        ]

    def _title(self, model: Any, row: dict[str, Any]) -> str:
        key = _title_field(model, row)
        return self._shown(_field(model, key), row.get(key)) or "without a name"


class _Objects:
    """What primary keys in snapshots stand for."""

    def __init__(self, wanted: Iterable[tuple[Any, Any]]) -> None:
        ids: dict[Any, set[Any]] = {}
        for model, pk in wanted:
            if model is not None and pk is not None:
                ids.setdefault(model, set()).add(pk)
        self.found = {model: self._fetch(model, pks) for model, pks in ids.items()}

    def _fetch(self, model: Any, pks: set[Any]) -> dict[Any, Any]:
        return contents_of(pks) if model is Item else model._base_manager.in_bulk(pks)

    def named(self, model: Any, pk: Any) -> tuple[str, Any]:
        """What it is called, and the object itself: None if it was deleted since."""
        thing = self.found.get(model, {}).get(pk)
        if thing is not None:
            return str(thing), thing
        return f"deleted {model._meta.verbose_name} {pk}" if model else str(pk), None

    def picture(self, pk: Any) -> "Picture | None":
        return None if pk is None else Picture(*self.named(MediaAsset, pk))


# --- what the model says about names in snapshots -----------------------------------------------------------------------


def in_words(field: Any, value: Any) -> str:
    """A value that is neither empty nor a foreign key, as an editor would read it."""
    choices = dict(getattr(field, "flatchoices", ()))
    if isinstance(value, str | int) and value in choices:
        return str(choices[value])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(field, models.DateField):
        return _day(field, value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(field: Any, value: Any) -> str:
    try:
        moment = field.to_python(value)
    except ValidationError:
        return str(value)
    if not isinstance(moment, datetime):
        return date_format(moment, "j F Y")
    return date_format(localtime(moment) if is_aware(moment) else moment, "j F Y, H:i")


def _pairs(
    model: type[Publishable], before: Snapshot, after: Snapshot, part: str
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Each name with both values. What a snapshot is too old to know had its default."""
    old, new = before.get(part, {}), after.get(part, {})
    for name in dict.fromkeys([*old, *new]):
        default = _default(_field(model, name))
        yield name, (old.get(name, default), new.get(name, default))


def _default(field: Any) -> Any:
    return field.get_default() if isinstance(field, models.Field) and not field.many_to_many else None


def _same(old: Any, new: Any) -> bool:
    return bool(old == new or (old in (None, "") and new in (None, "")))


def _about(field: Any, name: str, old: Any, new: Any) -> dict[str, Any]:
    """`field`: also the model of rows; None for what the model no longer has."""
    called = getattr(field, "verbose_name", None) or name.replace("_", " ")
    if isinstance(field, type):
        called = field._meta.verbose_name_plural  # type: ignore[attr-defined]
    empty: Any = (None, "", [])
    what = "added" if old in empty else "removed" if new in empty else "changed"
    return {"name": name, "label": capfirst(str(called)), "what": what}


def _field(model: Any, name: str) -> Any:
    """None for what the model no longer has."""
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _related(field: Any) -> Any:
    return getattr(field, "related_model", None)


def _row_model(model: Any, name: str) -> Any:
    return _related(_field(model, name))


def _points(field: Any) -> bool:
    return isinstance(field, models.ForeignKey)


def _images_changed(field: Any, old: Any, new: Any) -> tuple[list[int], list[int]]:
    """Images of the library that a Markdown text names now and did not, and those it no longer names."""
    if not isinstance(field, models.TextField):
        return [], []
    was, now = (dict.fromkeys(map(int, _IMAGE.findall(text or ""))) for text in (old, new))
    return _without(now, was)[:MOST_IMAGES], _without(was, now)[:MOST_IMAGES]


def _without[T](values: Iterable[T], others: Iterable[T]) -> list[T]:
    known = set(others)
    return [value for value in values if value not in known]


def _declared(model: type[Publishable]) -> list[str]:
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [field.name for field in sorted(fields)] + list(model.revised_rows)


# --- rows ---------------------------------------------------------------------------------------------------------------


def _in_order(rows: list[Any] | None) -> list[Any]:
    return sorted(rows or [], key=lambda row: row.get(_POSITION) or 0)


def _origins(model: Any, old: list[Any], new: list[Any]) -> dict[int, int]:
    """Place in the new list -> place in the old one: the same row, or else one of the same name that was made anew."""
    by_pk = {row[_PK]: place for place, row in enumerate(old) if row.get(_PK) is not None}
    origin = {place: by_pk.pop(row[_PK]) for place, row in enumerate(new) if row.get(_PK) in by_pk}
    rest = set(range(len(old))) - set(origin.values())
    by_title = {_identity(model, old[place]): place for place in sorted(rest, reverse=True)}
    for place, row in enumerate(new):
        if place not in origin and (was := by_title.pop(_identity(model, row), None)) is not None:
            origin[place] = was
    return dict(sorted(origin.items()))


def _identity(model: Any, row: dict[str, Any]) -> str:
    return json.dumps(row.get(_title_field(model, row)))


def _title_field(model: Any, row: dict[str, Any]) -> str:
    """What a row is called by: the first thing it points at, or else its first value."""
    own = [key for key in row if key not in (_PK, _POSITION)]
    return next((key for key in own if _points(_field(model, key))), own[0] if own else "")


def _ordinal(place: int) -> str:
    """0 is “1st”."""
    return str(ordinal(place + 1))


def _movers(places: list[int]) -> set[int]:
    """Those that passed others. `places`: where the rows of the new list, in its order, were in the old one."""
    stayed = SequenceMatcher(None, sorted(places), places, autojunk=False).get_matching_blocks()
    return set(places) - {place for block in stayed for place in places[block.b : block.b + block.size]}
