"""Telling everybody that shows an episode that it says something else now."""

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Now

from core import caching
from episodes.models import Episode
from media_pipeline.models import Transcript
from publishing.models import Publishable
from publishing.signals import content_changed
from search.indexing import reindex

_ONE_BY_ONE = 5  # more are written into the index together, by workers if they are many


def showing(transcript: Transcript) -> list[int]:
    """The episodes that show it: the one it belongs to, and those that have its recording and none of their own."""
    own = Q(transcript=transcript)
    if transcript.asset_id:
        borrowed = Q(audio=transcript.asset_id, transcript=None, show__language=transcript.language)
        own |= borrowed
    return list(Episode.objects.filter(own).order_by("pk").values_list("pk", flat=True))


def tell(episodes: Iterable[int]) -> None:
    """Page, files, feeds and search of what is published follow. Call it inside the transaction of the change."""
    ids = sorted(set(episodes))
    Episode.objects.filter(pk__in=ids).update(changed_at=Now())
    out = Episode.objects.filter(pk__in=ids, status=Publishable.Status.PUBLISHED).order_by("pk")
    if len(ids) > _ONE_BY_ONE:
        reindex(out.values_list("item_id", flat=True))
    else:
        for episode in out.select_related("show").select_for_update(of=("self",), no_key=True):
            content_changed.send(sender=Episode, content=episode)
    caching.bump()
