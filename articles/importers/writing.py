"""Writes one document as an article, or brings the article that it once became up to date."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.text import Truncator

from articles.importers.documents import Document
from articles.importers.library import Found, Library
from articles.importers.links import Links
from articles.importers.people import People
from articles.models import Article, Byline, Section, Series
from core import digests
from core.importing import Outcome
from core.markdown.rewriting import opening_picture, rewrite_references
from publishing import workflow
from publishing.models import ImportRecord, Publishable, Redirect, Topic

VERSION = 1
"""Goes up when the same file would become another article: then all are looked at again."""

_DRAFT = "draft"
_COLUMNS = (
    "headline",
    "standfirst",
    "body",
    "hero_id",
    "hero_caption",
    "section_id",
    "series_id",
    "part",
    "canonical_url",
)


@dataclass(slots=True)
class Writer:
    """`slugs` has the planned or present slug of each key; `default_date` is for documents without one. Problems that
    do not keep an article out are collected in `problems`: the same in each run for as long as they are there.
    """

    source: str
    library: Library
    links: Links
    people: People
    slugs: dict[str, str]
    section: Section | None = None
    default_date: datetime | None = None
    problems: list[str] = field(default_factory=list)

    def take(self, document: Document) -> Outcome:
        """Raises MarkdownTooComplex, a ValueError with a sentence, or ImportStopped."""
        self.problems = []
        seen = self._look(document)
        record = ImportRecord.objects.filter(source=self.source, key=document.key).first()
        if record and record.digests.get("source") == seen:
            return Outcome.UNCHANGED
        new = self._values(document)
        if record is None:
            return self._create(document, new, seen)
        article = Article.objects.select_for_update().filter(item=record.item_id).first()
        changed = digests.to_write(new, _current(article), record.digests) if article else {}
        if article and changed:
            self._update(article, changed)
        self._redirect(article, document) if article else None
        record.digests |= digests.digests(changed) | {"source": seen}
        record.save()
        return Outcome.UPDATED if changed else Outcome.UNCHANGED

    def _look(self, document: Document) -> str:
        """A digest of all that the article is made of: what has not changed need not be taken apart any further."""
        parts: list[Any] = [VERSION, document.text, document.is_draft, str(self._date(document))]
        parts.append(self.section.pk if self.section else None)

        def note(reference: str, is_image: bool) -> None:
            if is_image and (found := self._image(reference, document)):
                parts.append([reference, found.digest])
            elif not is_image and (target := self.links.target(reference, document)):
                parts.append([reference, target])

        rewrite_references(document.body, note)
        if hero := document.hero:
            note(hero.src, True)
            if self.library.find(hero.src, document.key) is None:
                self.problems.append(f"The image {hero.src} is on another site; bring it into the directory.")
        if document.canonical_url and not _canonical(document):
            self.problems.append(
                f"“{document.canonical_url}” cannot be the address where it was first published."
            )
        for path in self.links.disputed(document):
            self.problems.append(f"The old address {path} belongs to another file too, and leads there.")
        return digests.digest(parts)

    def _image(self, reference: str, document: Document) -> Found | None:
        found = self.library.find(reference, document.key)
        if found and found.problem and found.problem not in self.problems:
            self.problems.append(found.problem)
        return found

    def _values(self, document: Document) -> dict[str, Any]:
        """What the article should be, as plain values that can be compared."""
        date = self._date(document)
        series = _series(document.series)
        hero, caption, body = self._hero(document)
        values = {
            "headline": Truncator(document.title).chars(200),
            "standfirst": Truncator(document.standfirst).chars(400),
            "body": rewrite_references(
                body, lambda reference, is_image: self._new(reference, is_image, document)
            ),
            "hero_id": hero,
            "hero_caption": Truncator(caption).chars(300),
            "series_id": series.pk if series else None,
            "part": document.part,
            "canonical_url": _canonical(document),
            "topics": sorted(_topic(name).pk for name in document.topics),
            "bylines": [[self.people.known_as(name).pk, ""] for name in document.authors],
            "publication": date.isoformat() if date and not document.is_draft else _DRAFT,
        }
        return values | ({"section_id": self.section.pk} if self.section else {})

    def _date(self, document: Document) -> datetime | None:
        return document.date or self.default_date

    def _new(self, reference: str, is_image: bool, document: Document) -> str | None:
        """What a reference in the text becomes; None leaves it, and the page says that the image is not there."""
        if is_image:
            found = self._image(reference, document)
            asset = self.library.asset(found) if found else None
            return asset.reference if asset else None
        target = self.links.target(reference, document)
        address = self._address(target[0]) if target else None
        return f"{address}{target[1]}" if target and address else None

    def _address(self, key: str) -> str | None:
        slug = self.slugs.get(key)
        return Article(slug=slug).get_absolute_url() if slug else self.people.address(key)

    def _hero(self, document: Document) -> tuple[int | None, str, str]:
        """(asset, caption, body): a text that begins with the same image would show it twice."""
        hero = document.hero
        found = self._image(hero.src, document) if hero else None
        if hero is None or found is None:
            return None, "", document.body
        opening = opening_picture(document.body) if document.body.startswith("![") else None
        same = opening if opening and self.library.find(opening.src, document.key) == found else None
        asset = self.library.asset(found, alt=hero.alt or (same.alt if same else ""), credit=hero.credit)
        if asset is None or same is None:
            return asset.pk if asset else None, hero.caption if asset else "", document.body
        return asset.pk, hero.caption or same.title, document.body[same.end :].lstrip("\n")

    def _create(self, document: Document, new: dict[str, Any], seen: str) -> Outcome:
        article = Article(slug=self.slugs[document.key])
        blank = {"section_id": None}
        _set_columns(article, new)
        article.save()
        _set_relations(article, new)
        written = digests.digests(blank | new) | {"source": seen}
        ImportRecord.objects.create(
            source=self.source, key=document.key, item_id=article.item_id, digests=written
        )
        self._redirect(article, document)
        if new["publication"] != _DRAFT:
            _publish(article, new["publication"])
        return Outcome.CREATED

    def _update(self, article: Article, changed: dict[str, Any]) -> None:
        publication, was_published = (
            changed.get("publication"),
            article.status == Publishable.Status.PUBLISHED,
        )
        _set_columns(article, changed)
        article.save()
        _set_relations(article, changed)
        if publication == _DRAFT:
            workflow.unpublish(article, by=None)
        elif publication:
            _publish(article, publication)
        if was_published and publication != _DRAFT and changed.keys() - {"publication"}:
            workflow.saved(article)

    def _redirect(self, article: Article, document: Document) -> None:
        """From the addresses of the old site; one that leads somewhere already is left alone."""
        for path in dict.fromkeys([document.address, *document.aliases]):
            if path and path != article.get_absolute_url():
                Redirect.objects.get_or_create(path=path, defaults={"item_id": article.item_id})


def _set_columns(article: Article, values: dict[str, Any]) -> None:
    for name in values.keys() & set(_COLUMNS):
        setattr(article, name, values[name])


def _set_relations(article: Article, values: dict[str, Any]) -> None:
    if "topics" in values:
        article.topics.set(values["topics"])
    if "bylines" in values:
        article.bylines.all().delete()
        credited = enumerate(values["bylines"])
        Byline.objects.bulk_create(
            Byline(article=article, person_id=person, role=role, position=position)
            for position, (person, role) in credited
        )


def _current(article: Article) -> dict[str, Any]:
    """The article's values in the form of `Writer._values`."""
    published = article.status == Publishable.Status.PUBLISHED and article.published_at
    values: dict[str, Any] = {name: getattr(article, name) for name in _COLUMNS}
    return values | {
        "topics": sorted(article.topics.values_list("pk", flat=True)),
        "bylines": [list(credit) for credit in article.bylines.values_list("person_id", "role")],
        "publication": published.astimezone(UTC).isoformat() if published else _DRAFT,
    }


def _publish(article: Article, publication: str) -> None:
    at = datetime.fromisoformat(publication)
    workflow.publish(article, by=None, at=at, quietly=at <= timezone.now())


def _canonical(document: Document) -> str:
    """Empty for what is no address of a page."""
    url = document.canonical_url
    try:
        URLValidator(["http", "https"])(url)
    except ValidationError:
        return ""
    return url if len(url) <= 400 else ""


def _topic(name: str) -> Topic:
    return Topic.objects.filter(name__iexact=name).order_by("pk").first() or Topic.objects.create(name=name)


def _series(title: str) -> Series | None:
    if not title:
        return None
    return Series.objects.filter(title__iexact=title).order_by("pk").first() or Series.objects.create(
        title=title
    )
