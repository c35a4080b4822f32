"""Texts are rendered when they are saved; when an image gets other words or files, those that show it are rendered again."""

from collections.abc import Iterable
from itertools import batched
from typing import Any, cast

from django.db import transaction

from core import work
from core.markdown import RENDERER_VERSION
from media_pipeline.models import MediaAsset
from publishing.models import KINDS, Body, Item, Publishable
from publishing.workflow import saved

AT_ONCE = 50  # texts a person waits for


def showing(asset: MediaAsset) -> list[int]:
    """The Items whose text shows the image."""
    kinds = [model for model in KINDS.values() if issubclass(model, Body)]
    return [
        pk
        for kind in kinds
        for pk in kind._default_manager.filter(images=asset).values_list("item_id", flat=True)
    ]


def rerender_soon(items: Iterable[int]) -> None:
    """More than AT_ONCE are left to workers."""
    ids = sorted(set(items))
    if len(ids) <= AT_ONCE:
        rerender(ids)
    else:
        _leave_to_workers(ids)


def rerender_outdated() -> None:
    """Have workers render again what an older release has rendered, some at a time."""
    for kind in KINDS.values():
        if issubclass(kind, Body):
            old = kind._default_manager.filter(body_renderer__lt=RENDERER_VERSION).exclude(body="")
            _leave_to_workers(old.order_by("item_id").values_list("item_id", flat=True)[: 10 * AT_ONCE])


def _leave_to_workers(ids: Iterable[int]) -> None:
    for chunk in batched(ids, AT_ONCE, strict=False):
        work.enqueue("publishing.rerender", work.key_of(chunk), {"items": list(chunk)})


@transaction.atomic
def rerender(items: Iterable[int]) -> None:
    """Not a revision for readers, so the date of the last change stays.

    All are locked before the first is written: an editor locks one, then the cache's generation, and so must we.
    """
    texts: list[Any] = [
        item.content(locked=True) for item in Item.objects.filter(pk__in=items).order_by("pk")
    ]
    for text in texts:
        if isinstance(text, Body):
            text.rerender()
            saved(cast(Publishable, text), readable=False)
