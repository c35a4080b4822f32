"""What a feed only names, brought here: artwork, transcripts, chapters, audio. Each by itself, and once: a second run finds it.

A failure leaves what the feed named in its place. Everything is asked for by `core.outbound`, which asks nobody inside.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django.db import transaction

from core import caching, outbound, work
from core.faults import point
from core.importing import ImportStopped
from core.models import Work
from core.outbound import MEBIBYTE, OutboundError
from core.work import Permanent, Resources, Transient
from episodes import transcripts
from episodes.chapters import written
from episodes.importers import spoken
from episodes.importers.feed import Entry, TranscriptLink
from episodes.importers.judging import last_segment
from episodes.models import Episode, Show
from episodes.telling import tell
from episodes.transcripts.speech import transcript_of
from media_pipeline import images, uploads
from media_pipeline.fetching import NotThere, fetched
from media_pipeline.images import ImageRefused, StorageUnavailable
from media_pipeline.images.reencoding import MAX_BYTES as MOST_IMAGE_BYTES
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.transcripts import Malformed
from media_pipeline.uploads.lifecycle import CHECK
from publishing import workflow
from publishing.models import ImportRecord

_EVERY = 0.5  # seconds
_MOST_TEXT = 5 * MEBIBYTE
_AUDIO_PROBLEMS = (NotThere, OutboundError, Permanent, Resources, Transient, uploads.Refused, OSError)


class Wanted(NamedTuple):
    audio: bool = False
    images: bool = False
    transcripts: bool = False


class _Failed(Exception):
    """A sentence for the report."""


def fetch(show: Show, entry: Entry | None, source: str, wanted: Wanted) -> tuple[bool, list[str]]:
    """(whether anything was brought, sentences about what was not). Without an entry: for the show itself.

    Raises ImportStopped if there is nowhere to put it.
    """
    changed, problems = False, []
    for part in _parts(show, entry, source, wanted):
        try:
            changed |= part()
        except _Failed as error:
            problems.append(str(error))
        except StorageUnavailable as error:
            raise ImportStopped(str(error)) from error
    return changed, problems


def _parts(show: Show, entry: Entry | None, source: str, wanted: Wanted) -> list[Callable[[], bool]]:
    if entry is None:
        return [partial(_cover, show)] if wanted.images else []
    record = ImportRecord.objects.filter(source=source, key=entry.guid).first()
    episode = Episode.objects.select_related("show").filter(item=record.item_id).first() if record else None
    if record is None or episode is None:
        return []
    parts: list[Callable[[], bool]] = [partial(_artwork, episode)] if wanted.images else []
    if wanted.transcripts:
        parts += [partial(_transcript, episode, entry), partial(_chapters, episode, entry)]
    return [*parts, partial(_audio, episode, record)] if wanted.audio else parts


def _asked(url: str, most_bytes: int) -> tuple[bytes, str]:
    """The body and its media type."""
    try:
        answer = outbound.fetch(url, most_bytes=most_bytes, timeout=60, purpose="import")
    except OutboundError as error:
        raise _Failed(f"{url[:200]} was not fetched. {error}") from error
    if answer.status != 200:
        raise _Failed(f"{url[:200]} answers {answer.status}.")
    return answer.body, answer.headers.get("Content-Type", "")


def _image(url: str) -> MediaAsset:
    content, _ = _asked(url, MOST_IMAGE_BYTES)
    try:
        return images.ingest(content, name=last_segment(url) or "artwork")
    except ImageRefused as error:
        raise _Failed(f"The picture {url[:200]} was refused. {error}") from error


def _cover(show: Show) -> bool:
    url = show.kept.get("image", "")
    if not url or show.artwork_id:
        return False
    show.artwork = _image(url)
    with transaction.atomic():
        Show.objects.filter(pk=show.pk, artwork=None).update(artwork=show.artwork)
        tell(show.episodes.values_list("pk", flat=True))
        caching.bump()
    return True


def _artwork(episode: Episode) -> bool:
    url = episode.kept.get("image", "")
    if not url or episode.artwork_id:
        return False
    _save(episode, artwork=_image(url))
    return True


def _transcript(episode: Episode, entry: Entry) -> bool:
    """The one that tells most, in the language of the show; the next one if it cannot be read."""
    if transcript_of(episode):
        return False
    problems = []
    for found in spoken.best_first(entry.transcripts, episode.show.language):
        try:
            return _attach(episode, found)
        except (_Failed, Malformed) as error:
            problems.append(f"The transcript {found.url[:200]} cannot be read. {error}")
    if problems:
        raise _Failed(" ".join(problems))
    return False


def _attach(episode: Episode, found: TranscriptLink) -> bool:
    data, content_type = _asked(found.url, _MOST_TEXT)
    parsed = spoken.parsed(data, last_segment(found.url), content_type or found.type)
    return transcripts.attach(episode, parsed, name=found.url.rpartition("/")[2], by=None)


def _chapters(episode: Episode, entry: Entry) -> bool:
    if episode.chapters or not entry.chapters_url:
        return False
    data, _ = _asked(entry.chapters_url, _MOST_TEXT)
    try:
        found = spoken.chapters(data)
    except ValueError as error:
        raise _Failed(f"The chapters {entry.chapters_url[:200]} cannot be read. {error}") from error
    if not found:
        return False
    _save(episode, chapters=written(found))
    return True


def _audio(episode: Episode, record: ImportRecord) -> bool:
    if episode.audio_id or not episode.linked_url:
        return False
    try:
        asset = _checked(_upload(episode, record))
    except StorageUnavailable:
        raise
    except _AUDIO_PROBLEMS as error:
        raise _Failed(f"Its audio stays where it is. {error}") from error
    video = {"video": asset} if asset.kind == MediaAsset.Kind.VIDEO else {}
    _save(episode, audio=asset, **video)
    return True


def _upload(episode: Episode, record: ImportRecord) -> Upload:
    """What was sent before an interruption is not fetched again."""
    sent = (
        Upload.objects.filter(token=record.digests.get("upload")).first()
        if "upload" in record.digests
        else None
    )
    if sent and sent.state in (Upload.State.CHECKING, Upload.State.DONE):
        return sent
    with fetched(episode.linked_url) as (path, name):
        upload = uploads.bring(path, name=name)
    point("import_feed.after_upload")
    record.digests["upload"] = str(upload.token)
    record.save()
    point("import_feed.after_upload_kept")
    return upload


def _checked(upload: Upload) -> MediaAsset:
    """The asset, as soon as it is one; the check is done here if no worker has taken it. What is made of it is theirs."""
    while True:
        upload.refresh_from_db()
        rows = Work.objects.filter(kind=CHECK, key=str(upload.token))
        if (
            upload.state != Upload.State.CHECKING
            or not rows.filter(state__in=["waiting", "running"]).exists()
        ):
            break
        work.run(rows.get().pk)
        upload.refresh_from_db()
        if upload.state == Upload.State.CHECKING:
            time.sleep(_EVERY)
    if upload.asset is None:
        parked = rows.filter(state="parked").first()
        raise _Failed(
            f"Its audio stays where it is. {upload.problem or (parked.problem if parked else '')}".strip()
        )
    if upload.asset.kind not in (MediaAsset.Kind.AUDIO, MediaAsset.Kind.VIDEO):
        raise _Failed("Its audio stays where it is. What came is neither audio nor video.")
    return upload.asset


@transaction.atomic
def _save(episode: Episode, **columns: object) -> None:
    """As `workflow` has it for what is written past the desk. To fetch takes minutes: what was written meanwhile stays."""
    current = Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk)
    missing = {name: value for name, value in columns.items() if not getattr(current, name)}
    for name, value in missing.items():
        setattr(current, name, value)
    current.save(update_fields=list(missing))
    workflow.saved(current, readable=False)
    episode.refresh_from_db()
