"""Where an image is used, whatever uses it: asked of every relation that points here, so that no app need be known."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from media_pipeline.models import MediaAsset


def uses(asset: MediaAsset) -> list[tuple[Model, str]]:
    """Each row that points at the image, with what it calls it: (an article, "images")."""
    return [
        (row, field.verbose_name)
        for field in _fields()
        for row in field.model._base_manager.filter(**{field.name: asset}).order_by("pk")
    ]


def _fields() -> Iterator[Any]:
    relations = MediaAsset._meta.get_fields(include_hidden=True)
    for relation in relations:
        if relation.auto_created and not relation.concrete and not relation.related_model._meta.auto_created:  # type: ignore[union-attr]
            yield relation.field  # type: ignore[union-attr]
