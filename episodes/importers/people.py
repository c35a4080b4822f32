"""Persons of a feed become People: by their page here, by the address the feed gives, or by their very name."""

from typing import Any
from urllib.parse import unquote

from django.db.models import Model
from django.urls import Resolver404, resolve

from core.slugs import unique_slug
from episodes.importers.feed import Named
from episodes.importers.judging import path_here
from people.models import Person, PersonLink
from publishing.models import ImportRecord

type Credits = list[list[Any]]
"""[[person, role, href, img], …]: what is compared with what stands there."""


class People:
    """`source` names the import: whoever it brought once stays the same person, whatever they are called here by now."""

    def __init__(self, source: str) -> None:
        self.source = source

    def credits(self, named: list[Named]) -> Credits:
        """Each person once a role."""
        found: dict[tuple[int, str], list[Any]] = {}
        for each in named:
            person, href = self.known_as(each), _elsewhere(each.href)
            found.setdefault((person.pk, each.role), [person.pk, each.role, href, each.img])
        return list(found.values())

    def known_as(self, named: Named) -> Person:
        key = f"person:{named.name} {named.href}"[:500]
        record = ImportRecord.objects.filter(source=self.source, key=key).select_related("person").first()
        if record and record.person:
            return record.person
        person = _found(named) or _made(named)
        ImportRecord.objects.update_or_create(source=self.source, key=key, defaults={"person": person})
        return person


def set_credits(model: type[Model], owner: dict[str, Any], credits: Credits) -> None:
    """`owner` is {"show": …} or {"episode": …}."""
    rows: Any = model._default_manager
    rows.filter(**owner).delete()
    rows.bulk_create(
        [
            model(**owner, person_id=person, role=role, href=href, img=img, position=position)
            for position, (person, role, href, img) in enumerate(credits)
        ]
    )


def current_credits(credits: Any) -> Credits:
    return [
        list(row)
        for row in credits.order_by("position", "id").values_list("person_id", "role", "href", "img")
    ]


def _found(named: Named) -> Person | None:
    """One address and two names are two people: a page may be about a team."""
    people = Person.objects.order_by("pk")
    if slug := _slug_here(named.href):
        return people.filter(slug=slug).first()
    if named.href and (linked := people.filter(links__url=named.href, name__iexact=named.name).first()):
        return linked
    return people.filter(name=named.name).first()


def _made(named: Named) -> Person:
    slug = _slug_here(named.href)
    person = Person.objects.create(name=named.name, slug=slug or unique_slug(Person, named.name))
    if named.href and not slug:
        PersonLink.objects.create(person=person, label="Website", url=named.href)
    return person


def _elsewhere(href: str) -> str:
    """What a feed may name: podcast:person takes https alone. Left empty, it is their page here."""
    return href if href.startswith("https://") and not _slug_here(href) else ""


def _slug_here(href: str) -> str:
    """Of a person's page on this very site."""
    path = path_here(href)
    try:
        match = resolve(unquote(path)) if path else None
    except Resolver404:
        return ""
    return str(match.kwargs.get("slug", "")) if match and match.url_name == "person" else ""
