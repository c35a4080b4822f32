"""Authors become People. A name is one person, whatever is in it, and stays the same person when it is edited here."""

from collections.abc import Iterable

from articles.importers.documents import Document, one_line
from core import digests
from core.importing import Outcome
from people.models import Person
from people.signals import person_changed
from publishing.models import ImportRecord

_FIELDS = ("name", "tagline", "bio")


class People:
    """`files` are the imported files about people; `source` names the import."""

    def __init__(self, source: str, files: Iterable[Document]) -> None:
        self.source = source
        self._files: dict[str, str] = {}
        for document in files:
            self._files.setdefault(document.title.casefold(), _key(document.key))
            self._files.setdefault(document.stem.casefold(), _key(document.key))

    def known_as(self, name: str) -> Person:
        """Whoever this import knows by that name, else the person of a file, of that name, or a new one."""
        key = f"author:{name}"
        if person := self._remembered(key):
            return person
        file = self._files.get(name.casefold())
        person = self._remembered(file) if file else None
        person = (
            person
            or Person.objects.filter(name=name).order_by("pk").first()
            or Person.objects.create(name=name)
        )
        ImportRecord.objects.create(source=self.source, key=key, person=person)
        return person

    def address(self, key: str) -> str | None:
        """Of the page of the person that a file is about, once it was taken."""
        person = self._remembered(_key(key))
        return person.get_absolute_url() if person else None

    def _remembered(self, key: str) -> Person | None:
        record = ImportRecord.objects.filter(source=self.source, key=key).select_related("person").first()
        return record.person if record else None

    def take(self, document: Document) -> Outcome:
        """Write the person of a file."""
        new = _values(document)
        record = ImportRecord.objects.filter(source=self.source, key=_key(document.key)).first()
        if record is None or record.person is None:
            return self._create(document, new)
        person = Person.objects.select_for_update().get(pk=record.person.pk)
        changed = digests.to_write(new, _current(person), record.digests)
        if not changed:
            return Outcome.UNCHANGED
        _write(person, changed)
        record.digests |= digests.digests(changed)
        record.save()
        return Outcome.UPDATED

    def _create(self, document: Document, new: dict[str, str]) -> Outcome:
        person = Person.objects.filter(name=new["name"]).order_by("pk").first()
        outcome = Outcome.UPDATED if person else Outcome.CREATED
        person = person or Person()
        filled = {name: value for name, value in new.items() if value and not getattr(person, name)}
        if filled:
            _write(person, filled)
        written = digests.digests(new | {name: None for name in new.keys() - filled.keys() if new[name]})
        written["name"] = digests.digest(new["name"])
        ImportRecord.objects.create(
            source=self.source, key=_key(document.key), person=person, digests=written
        )
        return outcome if filled else Outcome.UNCHANGED


def _key(path: str) -> str:
    return f"person:{path}"


def _values(document: Document) -> dict[str, str]:
    fields = document.fields
    tagline = next((fields[name] for name in ("tagline", "role") if isinstance(fields.get(name), str)), "")
    name = document.title
    return {
        "name": name[:200],
        "tagline": one_line(tagline)[:200],
        "bio": document.body or document.standfirst,
    }


def _current(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) for name in _FIELDS}


def _write(person: Person, values: dict[str, str]) -> None:
    for name, value in values.items():
        setattr(person, name, value)
    person.save()
    person_changed.send(sender=Person, person=person)
