from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from core import caching
from core.models import Work
from core.signals import work_dropped
from media_pipeline import replacing
from media_pipeline.encoding import sets
from media_pipeline.images import ladders
from media_pipeline.models import MediaAsset, Recording, Region, RenditionSet, Replacement
from media_pipeline.models.renditions import ENCODES
from media_pipeline.regions import wanted
from media_pipeline.signals import asset_ready
from media_pipeline.uploads import lifecycle


@receiver(work_dropped, sender=Work)
def cancel_what_is_not_made(kind: str, key: str, **kwargs: Any) -> None:
    if kind in ENCODES and (found := RenditionSet.objects.filter(pk=key).first()):
        sets.dropped(found)


@receiver(work_dropped, sender=Work)
def stop_what_is_not_checked(kind: str, key: str, **kwargs: Any) -> None:
    if kind == lifecycle.CHECK:
        lifecycle.dropped(key)


@receiver(pre_delete, sender=MediaAsset)
@receiver(pre_delete, sender=Recording)
def stop_what_is_made_of_it(instance: MediaAsset, **kwargs: Any) -> None:
    for unfinished in instance.sets.unfinished():
        sets.cancel(unfinished)


@receiver(post_delete, sender=MediaAsset)
@receiver(post_delete, sender=Recording)
def remove_what_was_made_of_it(instance: MediaAsset, **kwargs: Any) -> None:
    sets.tidy(instance)


@receiver(asset_ready, sender=MediaAsset)
def show_the_new_ladder(asset: MediaAsset, rendition_set: RenditionSet, **kwargs: Any) -> None:
    if asset.kind == MediaAsset.Kind.IMAGE:
        ladders.show(asset, rendition_set)


@receiver(asset_ready, sender=MediaAsset)
def go_on_replacing(asset: MediaAsset, **kwargs: Any) -> None:
    open_ones = Replacement.objects.open().filter(Q(other=asset) | Q(asset=asset))
    replacing.prompt(*open_ones.values_list("pk", flat=True))


@receiver(post_save, sender=Region)
@receiver(post_delete, sender=Region)
def name_it_in_the_policies_of_pages(**kwargs: Any) -> None:
    caching.bump()


@receiver(asset_ready, sender=MediaAsset)
def copy_to_the_regions(rendition_set: RenditionSet, **kwargs: Any) -> None:
    wanted.spread(rendition_set)
