"""What is made of an episode's recordings: files of its own, which carry its number, title, chapters and cover."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import structlog
from django.db import transaction
from django.utils import timezone

from core.work import Permanent
from episodes.models import Episode
from media_pipeline import encoding
from media_pipeline.models import Encoding, MediaAsset
from publishing import revisions

PREPARE = "episodes.prepare_show"

log = structlog.get_logger(__name__)


class Wish(NamedTuple):
    asset: MediaAsset
    profile: str
    tags: dict[str, Any]


def prepare(episode: Episode) -> None:
    """Have made what listeners get of the stored episode, and what they will get of edits that wait.

    Asks for nothing that was asked for before, and drops what no version of it needs. What is live stays so until its
    successor is ready. A text that waits is not put into the file that readers have: only another recording is made ahead.
    """
    wishes = list(wished(episode))
    there = {(wish.asset.pk, wish.profile) for wish in wishes}
    wishes += [wish for wish in _of_waiting_edits(episode) if (wish.asset.pk, wish.profile) not in there]
    for wish in wishes:
        _ask(episode, wish)
    needed = {(wish.asset.pk, wish.profile) for wish in wishes}
    for known in _encodings(episode.pk):
        if (known.asset_id, known.profile) not in needed:
            encoding.forget(known)


def prepare_show(show: int) -> None:
    """After something of a show has changed that the files of its episodes repeat."""
    for pk in list(Episode.objects.filter(show=show).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            held = Episode.objects.select_for_update(of=("self",)).select_related("show").filter(pk=pk)
            for episode in held:
                prepare(episode)


def forget(pk: int) -> None:
    """The episode is gone, and nobody wants its files."""
    for known in _encodings(pk):
        encoding.forget(known)


def tags(episode: Episode) -> dict[str, Any]:
    """The words of the file, as `media_pipeline.audio.labels` wants them.

    Of the date the year alone: the day is known when it is published, and the file would be another one from that moment.
    """
    show, cover = episode.show, episode.artwork_id or episode.show.artwork_id
    return {
        "number": episode.display_number,
        "title": episode.title,
        "artist": show.author_line,
        "album": show.name,
        "date": str((episode.aired or timezone.now()).year),
        "comment": episode.standfirst,
        "chapters": [
            {"start": chapter.seconds, "title": chapter.title, "url": chapter.url}
            for chapter in episode.chapter_list
        ],
        "cover": cover or "",
    }


def wished(episode: Episode) -> Iterator[Wish]:
    """Of video nothing depends on the words around it, and two episodes share what is made of it."""
    if episode.audio:
        yield Wish(episode.audio, "podcast", tags(episode))
    if episode.video:
        yield Wish(episode.video, "video", {})


def _of_waiting_edits(episode: Episode) -> list[Wish]:
    """Where edits name another recording. It has to be ready before they can be published."""
    if not episode.has_edits_waiting:
        return []
    taken = revisions.newest(episode).snapshot
    same = all(taken["fields"].get(name) == getattr(episode, f"{name}_id") for name in ("audio", "video"))
    if same:
        return []
    with revisions.as_if(episode, taken) as proposed:
        return list(wished(proposed))


def _ask(episode: Episode, wish: Wish) -> None:
    known = Encoding.objects.filter(asset=wish.asset, profile=wish.profile, owner=episode.owner).first()
    if known and known.tags == wish.tags:
        return
    try:
        encoding.request(wish.asset, wish.profile, owner=episode.owner, tags=wish.tags)
    except Permanent as error:  # the linter says that its audio is not ready, and why
        log.warning("episode_not_prepared", episode=episode.pk, reason=str(error))


def _encodings(pk: int) -> list[Encoding]:
    """In an order of the assets that is the same for everybody who holds several."""
    return list(
        Encoding.objects.filter(owner=f"episode:{pk}").select_related("asset").order_by("asset", "profile")
    )
