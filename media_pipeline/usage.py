"""Where an image is used, whatever uses it: asked of every relation that points here, and of the finders of other apps."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest

from media_pipeline.models import MediaAsset

type Finder = Callable[[MediaAsset], Iterable[tuple[Model, str]]]

_finders: list[Finder] = []


def finder(find: Finder) -> Finder:
    """Register a function for uses that no relation tells of."""
    _finders.append(find)
    return find


def uses(asset: MediaAsset) -> list[tuple[Model, str]]:
    """Each row that points at the image, with what it calls it: (an article, "images")."""
    pointing = [
        (row, field.verbose_name)
        for field in _fields()
        for row in field.model._base_manager.filter(**{field.name: asset}).order_by("pk")
    ]
    return pointing + [use for find in _finders for use in find(asset)]


def seen_uses(
    asset: MediaAsset, site: AdminSite, request: HttpRequest
) -> tuple[list[tuple[Model, str]], int]:
    """Those of its uses that somebody may open on the desk, and how many there are besides."""
    known = [use for use in uses(asset) if site.is_registered(type(use[0]))]
    seen = [
        use
        for model, alike in groupby(known, key=lambda use: type(use[0]))
        for use in _seen(site.get_model_admin(model), request, list(alike))
    ]
    return seen, len(known) - len(seen)


def _seen(admin: Any, request: HttpRequest, found: list[tuple[Model, str]]) -> list[tuple[Model, str]]:
    if not admin.has_view_permission(request):
        return []
    rows = admin.get_queryset(request).filter(pk__in=[row.pk for row, _ in found])
    seen = set(rows.order_by().values_list("pk", flat=True))
    return [use for use in found if use[0].pk in seen]


def _fields() -> Iterator[Any]:
    """Those of other apps: what the pipeline itself keeps of an asset is no use of it."""
    relations: Any = MediaAsset._meta.get_fields(include_hidden=True)
    for relation in relations:
        if relation.auto_created and not relation.concrete:
            other = relation.related_model._meta
            if not other.auto_created and other.app_label != MediaAsset._meta.app_label:
                yield relation.field
