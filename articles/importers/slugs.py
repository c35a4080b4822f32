"""Addresses for articles that are not there yet, so that texts can link to each other before all are written."""

import posixpath
from collections.abc import Iterable

from django.utils.text import slugify

from articles.importers.documents import Document
from articles.models import Article
from core.slugs import make_slug
from publishing.models import ImportRecord


def plan(source: str, documents: Iterable[Document]) -> dict[str, str]:
    """key -> slug: the article's own where there is one, else the last part of its old address or of its path."""
    slugs = _present(source)
    taken = {*Article.objects.values_list("slug", flat=True), *Article.reserved_slugs()}
    for document in documents:
        if document.key not in slugs:
            slugs[document.key] = _free(document, taken)
            taken.add(slugs[document.key])
    return slugs


def _present(source: str) -> dict[str, str]:
    records = ImportRecord.objects.filter(source=source, item__isnull=False).values_list("key", "item_id")
    slugs = dict(Article.objects.filter(item__import_record__source=source).values_list("item_id", "slug"))
    return {key: slugs.get(item, "") for key, item in records}


def _free(document: Document, taken: set[str]) -> str:
    address = posixpath.basename(document.address.rstrip("/")).removesuffix(".html")
    wishes = [document.slug, address if address != "index" else "", document.stem, document.title]
    slugs = [make_slug(wish) for wish in wishes if slugify(wish)] or [make_slug(document.title)]
    first, last = slugs[0], slugs[-1]
    free = next((slug for slug in (first, last) if slug not in taken), None)
    number = 2
    while free is None:
        free = None if f"{first}-{number}" in taken else f"{first}-{number}"
        number += 1
    return free
