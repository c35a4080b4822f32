"""Images of the library that only edits show which readers do not get yet: nothing in the database points at those."""

from collections.abc import Iterator

from django.db.models import Exists, Model, OuterRef, Q

from media_pipeline.models import MediaAsset
from media_pipeline.usage import finder
from publishing.models import KINDS, Body, Publishable, Revision
from publishing.revisions import own_fields


@finder
def edits_that_wait(asset: MediaAsset) -> Iterator[tuple[Model, str]]:
    """Those that are newest, and those that have a date."""
    for model in KINDS.values():
        its = Q(number=OuterRef("version")) | Q(number=OuterRef("edits_version"))
        edits = Revision.objects.filter(its, _shows(model, asset), item=OuterRef("item"))
        waiting = model._default_manager.with_edits_waiting()  # type: ignore[attr-defined]
        for content in waiting.filter(Exists(edits)).order_by("pk"):
            yield content, "edits that wait"


def _shows(model: type[Publishable], asset: MediaAsset) -> Q:
    shows = Q(pk__in=[])
    for field in own_fields(model):
        if field.related_model is MediaAsset:
            shows |= Q(**{f"snapshot__fields__{field.name}": asset.pk})
    if issubclass(model, Body):
        shows |= Q(snapshot__fields__body__regex=rf"\m{asset.reference}\M")
    return shows
