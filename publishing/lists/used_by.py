"""What points at something: to be known before it is deleted.

An app says in its `used_by.py` what of it points at others:

    @used_by(Topic)
    def articles_about(topic: Topic) -> Iterator[Uses]:
        yield Uses("It is a topic of", Article.objects.filter(topics=topic))
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model, Q, QuerySet

from accounts.models import User
from core.links import absolute
from people.models import Person
from publishing.desk.rows import heavy_fields
from publishing.models import KINDS, Body, Publishable, Redirect, Topic

NAMED = 10  # of one sort; the rest is counted


@dataclass(frozen=True, slots=True)
class Uses:
    """`words` begin a sentence that the rows end."""

    words: str
    rows: QuerySet[Any]


@dataclass(slots=True)
class Told:
    """For one person: `named` are (words, address or ""), `others` is how many more there are."""

    words: str
    named: list[tuple[str, str]] = field(default_factory=list)
    others: int = 0


type Finder = Callable[[Any], Iterable[Uses]]

_finders: dict[type[Model], list[Finder]] = defaultdict(list)


def used_by(*models: type[Model]) -> Callable[[Finder], Finder]:
    """Register a function that finds what points at something of these models, or of kinds derived from them."""

    def register(finder: Finder) -> Finder:
        for model in models:
            _finders[model].append(finder)
        return finder

    return register


def uses_of(thing: Model) -> list[Uses]:
    """Everything that points at it."""
    return [
        uses
        for model, finders in _finders.items()
        if isinstance(thing, model)
        for finder in finders
        for uses in finder(thing)
    ]


def told(site: AdminSite, user: User, thing: Model) -> list[Told]:
    """The same as somebody may know it: what they may not touch is counted, and not named."""
    return [answer for uses in uses_of(thing) if (answer := _told(site, user, uses)).named or answer.others]


def _told(site: AdminSite, user: User, uses: Uses) -> Told:
    visible = _visible(user, uses.rows)
    named = [(str(row) or "Without a headline", _address(site, row)) for row in visible[:NAMED]]
    return Told(uses.words, named, uses.rows.count() - len(named))


def _visible(user: User, rows: Any) -> Any:
    model = rows.model
    rights = [f"{model._meta.app_label}.{verb}_{model._meta.model_name}" for verb in ("view", "change")]
    if not any(map(user.has_perm, rights)):
        return rows.none()
    if issubclass(model, Publishable):
        return rows.editable_by(user).defer(*heavy_fields(model))
    return rows


def _address(site: AdminSite, row: Any) -> str:
    if not site.is_registered(type(row)):
        return ""
    admin: Any = site.get_model_admin(type(row))
    return admin.address("change", row) if isinstance(row, Publishable) else ""


@used_by(Publishable)
def old_addresses(content: Publishable) -> Iterator[Uses]:
    yield Uses("These old addresses lead to it", Redirect.objects.filter(item=content.item_id))


@used_by(Publishable, Topic, Person)
def texts_that_link(thing: Any) -> Iterator[Uses]:
    yield from linking_to(thing)


def linking_to(thing: Any) -> Iterator[Uses]:
    """Texts with a link to its address or below it (its feed), for everything that has a page of its own."""
    path = thing.get_absolute_url()
    links = Q(body_html__contains=f'href="{path}') | Q(body_html__contains=f'href="{absolute(path)}')
    for model in KINDS.values():
        if issubclass(model, Body):
            rows: Any = model._default_manager.filter(links)
            if isinstance(thing, model):
                rows = rows.exclude(pk=thing.pk)
            yield Uses(f"These {model._meta.verbose_name_plural} link to it", rows.order_by("pk"))
