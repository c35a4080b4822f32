"""What follows from changes elsewhere."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from core import caching
from episodes import audio
from episodes.models import Episode
from episodes.telling import tell
from episodes.transcripts import follow_audio
from media_pipeline.models import Encoding, MediaAsset, RenditionSet
from media_pipeline.signals import asset_ready, captions_changed
from publishing.signals import content_changed, revision_saved


@receiver(revision_saved, sender=Episode)
def prepare_audio_of_an_edit(content: Episode, **kwargs: Any) -> None:
    audio.prepare(Episode.objects.select_related("show").get(pk=content.pk))


@receiver(content_changed, sender=Episode)
def prepare_its_audio(content: Episode, **kwargs: Any) -> None:
    audio.prepare(content)


@receiver(post_delete, sender=Episode)
def forget_its_audio(instance: Episode, **kwargs: Any) -> None:
    audio.forget(instance.pk)


@receiver(asset_ready, sender=MediaAsset)
def show_what_is_ready(rendition_set: RenditionSet, **kwargs: Any) -> None:
    """Pages and feeds name its files. No episode is held here: whoever saves one waits for the asset."""
    if Encoding.objects.filter(live=rendition_set, owner__startswith="episode:").exists():
        caching.bump()


@receiver(revision_saved, sender=Episode)
@receiver(content_changed, sender=Episode)
def take_the_transcript_along(content: Episode, **kwargs: Any) -> None:
    if content.transcript_id:
        follow_audio(content)


@receiver(captions_changed)
def say_what_the_recording_says(asset: MediaAsset, **kwargs: Any) -> None:
    tell(Episode.objects.filter(audio=asset).values_list("pk", flat=True))
