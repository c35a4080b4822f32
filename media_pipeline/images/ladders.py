"""Which ladder an image shows its readers, and the images that have none yet."""

import structlog

from core.work import Permanent
from media_pipeline import encoding
from media_pipeline.models import MediaAsset, Rendition, RenditionSet
from media_pipeline.signals import asset_changed

log = structlog.get_logger(__name__)

PROFILE = encoding.default_profile(MediaAsset.Kind.IMAGE)
AT_ONCE = 200  # images; the next sweep goes on


def show(asset: MediaAsset, rendition_set: RenditionSet) -> None:
    """Write the ladder of a live set down where pages read it, and have the pages that show the image made anew."""
    if rendition_set.profile != PROFILE:
        return
    rungs = rendition_set.renditions.filter(role=Rendition.Role.IMAGE).order_by("pk")
    ladder = [[rung.name.partition("-")[0], rung.width, rung.height, rung.key] for rung in rungs]
    if ladder != asset.ladder:
        asset.ladder = ladder
        asset.save(update_fields=["ladder"])
        asset_changed.send(sender=MediaAsset, asset=asset)


def request_missing() -> None:
    """Ask for the ladders of images that nobody has asked for: those that were there before there were ladders.

    One that was cancelled or has failed stays so until somebody asks again.
    """
    without = MediaAsset.objects.filter(kind=MediaAsset.Kind.IMAGE).exclude(encodings__profile=PROFILE)
    for asset in without.order_by("-pk")[:AT_ONCE]:
        try:
            encoding.request(asset, PROFILE)
        except (Permanent, MediaAsset.DoesNotExist) as error:
            log.warning("ladder_not_requested", asset=asset.pk, error=str(error))
