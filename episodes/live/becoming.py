"""What becomes of a live recording: an episode."""

from django.db import transaction

from accounts.models import User
from core import caching
from episodes.models import Episode, LiveRecording
from publishing import revisions, workflow


@transaction.atomic
def make_episode(recording: LiveRecording, by: User) -> Episode:
    """A draft of the episode that it becomes, or the one there is already."""
    current = (
        LiveRecording.objects.select_for_update(of=("self",)).select_related("show").get(pk=recording.pk)
    )
    if current.episode:
        return current.episode
    made = Episode.objects.create(
        show=current.show,
        title=current.title,
        standfirst=_first_sentences(current.description),
        body=current.description,
        artwork=current.artwork,
        created_by=by,
    )
    LiveRecording.objects.filter(pk=current.pk).update(episode=made)
    caching.bump()
    note = f"From the live recording “{current.title}”."[:200]
    return workflow.edited(made, revisions.snapshot(made), by, note=note)


def _first_sentences(text: str) -> str:
    """The first paragraph, if it fits a standfirst."""
    first = " ".join(text.strip().partition("\n\n")[0].split())
    return first if len(first) <= 400 else ""


def public_episode(recording: LiveRecording) -> Episode | None:
    """What became of it, as soon as everybody may hear that."""
    if not recording.episode_id:
        return None
    return Episode.objects.public().select_related("show").filter(pk=recording.episode_id).first()
