"""Small makers of real rows. Everything they make went through the functions that the site itself uses."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from articles.models import Article, Byline, Section, Series
from media_pipeline.models import MediaAsset
from pages.models import StaticPage
from people.models import Person
from publishing import workflow
from publishing.models import Topic

_numbers = itertools.count(1)


def person(name: str = "", **fields: Any) -> Person:
    return Person.objects.create(name=name or f"Person {next(_numbers)}", **fields)


def topic(name: str = "", **fields: Any) -> Topic:
    return Topic.objects.create(name=name or f"Topic {next(_numbers)}", **fields)


def section(name: str = "", **fields: Any) -> Section:
    return Section.objects.create(name=name or f"Section {next(_numbers)}", **fields)


def series(title: str = "", **fields: Any) -> Series:
    return Series.objects.create(title=title or f"Series {next(_numbers)}", **fields)


def image(**fields: Any) -> MediaAsset:
    """A row without an object behind it, for pages that only name its address."""
    number = next(_numbers)
    values = {
        "sha256": f"{number:064x}",
        "key": f"images/{number}.jpg",
        "content_type": "image/jpeg",
        "bytes": 1000,
        "width": 1600,
        "height": 900,
        "alt": f"What image {number} shows",
        "credit": "A photographer",
    }
    return MediaAsset.objects.create(**values | fields)


def article(
    headline: str = "",
    *,
    by: list[Person] | None = None,
    about: list[Topic] | None = None,
    published: bool = True,
    at: datetime | None = None,
    **fields: Any,
) -> Article:
    """An article, live unless told otherwise, with an author, saved and published as an editor would do it."""
    number = next(_numbers)
    values = {"standfirst": f"What number {number} is about.", "body": f"The text of number {number}."}
    content = Article.objects.create(headline=headline or f"Headline {number}", **values | fields)
    for position, somebody in enumerate([person()] if by is None else by):
        Byline.objects.create(article=content, person=somebody, position=position)
    content.topics.set(about or [])
    if published:
        workflow.publish(content, by=None, at=at or timezone.now() - timedelta(minutes=1))
    return content


def static_page(name: str = "", **fields: Any) -> StaticPage:
    page = StaticPage.objects.create(name=name or f"Page {next(_numbers)}", **{"body": "Some text."} | fields)
    return workflow.publish(page, by=None)
