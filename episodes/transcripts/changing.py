"""The transcript is the source: whatever changes it goes through here, and page, files, captions, feeds and search follow."""

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from core.work import Permanent
from episodes.models import Episode
from episodes.telling import showing, tell
from episodes.transcripts.merging import Row
from episodes.transcripts.speakers import map_by_name, map_speaker
from episodes.transcripts.speech import transcript_of
from media_pipeline import captioning
from media_pipeline.images import display_name
from media_pipeline.models import FormerTranscript, MediaAsset, Transcript
from media_pipeline.transcripts import Cue, Parsed
from media_pipeline.transcripts.cues import MAX_CUES, MAX_TIME, tidied

__all__ = ["Stale", "Unfit", "attach", "bring_back", "correct", "follow_audio", "map_speaker", "remove"]

log = structlog.get_logger(__name__)

MOST_FORMER = 10  # versions that can be brought back
_SAME_LENGTH = 1.0  # seconds by which a video may differ from the audio and still have its captions


class Stale(Exception):
    """Somebody else has changed it meanwhile. `transcript` is as it is now, `before` what the edit began with (None: unknown)."""

    def __init__(self, transcript: Transcript, before: list[Row] | None) -> None:
        super().__init__("Somebody has saved this transcript while you were editing it.")
        self.transcript, self.before = transcript, before


class Unfit(ValueError):
    """These are no cues; the message is a sentence for their editor."""


@transaction.atomic
def attach(episode: Episode, parsed: Parsed, *, name: str, by: User | None, machine: bool = False) -> bool:
    """What is said in it from now on; False if it said this already. What was there can be brought back.

    Labels that are the very name of one of its hosts and guests are mapped to them.
    """
    fresh = _held(episode)
    rows = _rows(parsed.cues)
    found = _row(fresh)
    if found.pk and found.cues == rows and found.version:
        return _own(episode, fresh, found)
    keep_former(found, by)
    found.cues, found.name, found.machine_made = rows, display_name(name), machine
    if not found.pk:
        found.created_by = by
    _save(found)
    _own(episode, fresh, found)
    map_by_name(fresh, found)
    _follow(fresh, found)
    return True


@transaction.atomic
def remove(episode: Episode) -> None:
    """It has none any more; what was said in it is forgotten."""
    fresh = _held(episode)
    if found := transcript_of(fresh):
        ids, before = showing(found), found.cues
        found.delete()
        _caption_video(fresh, before, [])
        _renew(fresh.audio)
        tell(ids)
    episode.transcript = None


@transaction.atomic
def correct(
    episode: Episode, version: int, cues: Sequence[Row] | Iterable[Cue], *, by: User | None = None
) -> Transcript:
    """The cues instead of those of `version`. Raises Stale if there is a newer one, Unfit if they cannot be cues."""
    fresh = _held(episode)
    found = transcript_of(fresh)
    if found is None:
        raise Unfit("The transcript is gone: somebody has removed it.")
    if found.version != version:
        raise Stale(found, former(found, version))
    rows = checked(cues)
    if rows != found.cues:
        before = found.cues
        keep_former(found, by)
        found.cues, found.machine_made = rows, False
        _save(found)
        _follow(fresh, found, before)
    episode.transcript = fresh.transcript
    return found


def bring_back(episode: Episode, version: int, former_version: int, *, by: User | None = None) -> Transcript:
    """A former version as the newest one. Raises Stale as `correct` does, Unfit if it is not kept any more."""
    found = transcript_of(episode)
    rows = former(found, former_version) if found else None
    if rows is None:
        raise Unfit("That version is not kept any more.")
    return correct(episode, version, rows, by=by)


@transaction.atomic
def follow_audio(episode: Episode) -> bool:
    """Its recording is another one, or has come to us: what was said goes with it. Sends nothing; True if a row changed.

    Another recording that brings its own is believed: its times are those of its file.
    """
    if episode.transcript is None or episode.transcript.asset_id == episode.audio_id:
        return False
    fresh = _held(episode)
    mine, audio = fresh.transcript, fresh.audio
    if mine is None or audio is None or mine.asset_id == audio.pk:
        return False
    if mine.asset_id is None and Episode.objects.filter(audio=audio).exclude(pk=fresh.pk).exists():
        return False  # another episode has the recording, too: its words stay, and so do ours
    there = Transcript.objects.filter(asset=audio, language=mine.language).first()
    if there is None or there.version == 0 or mine.asset_id is None:
        there = _moved(mine, there or Transcript(asset=audio, language=mine.language, version=0))
        _renew(audio)
    _own(episode, fresh, there)
    return True


def former(transcript: Transcript, version: int) -> list[Row] | None:
    """The cues of one version, if they are still known."""
    if version == transcript.version:
        return transcript.cues  # type: ignore[no-any-return]
    kept = transcript.former.filter(version=version).first()
    return kept.cues if kept else None


def checked(cues: Sequence[Row] | Iterable[Cue]) -> list[Row]:
    """Cues as they are stored: tidy, within the limits, all with times or none. Raises Unfit."""
    made = [cue if isinstance(cue, Cue) else _cue(cue) for cue in cues]
    if len(made) > MAX_CUES:
        raise Unfit(f"There are more than {MAX_CUES:,} cues.")
    if len({cue.start is None for cue in made}) > 1:
        raise Unfit("Some cues have a time and others none. Give all of them one.")
    return _rows(tidied(made))


# --- the row ---------------------------------------------------------------------------------------------------


def _held(episode: Episode) -> Episode:
    """It as it is now, and nobody else changes what is said in it meanwhile. Its recording is held after it, as always."""
    rows = Episode.objects.select_for_update(of=("self",), no_key=True)
    fresh = rows.select_related("show", "audio", "video", "transcript").get(pk=episode.pk)
    if fresh.audio_id:
        MediaAsset.objects.select_for_update(no_key=True).get(pk=fresh.audio_id)
    if fresh.transcript:
        fresh.transcript.refresh_from_db()
    return fresh


def _row(episode: Episode) -> Transcript:
    """The row that holds what is said in its recording, or a new one."""
    language = episode.show.language
    if episode.audio_id:
        found = Transcript.objects.filter(asset=episode.audio_id, language=language).first()
        own = episode.transcript
        if found is None and own and own.asset_id is None:
            found, own.asset, own.language = own, episode.audio, language
        return found or Transcript(asset=episode.audio, language=language, version=0)
    own = episode.transcript if episode.transcript and episode.transcript.asset_id is None else None
    if own:
        own.language = language
    return own or Transcript(language=language, version=0)


def _save(found: Transcript) -> None:
    found.version, found.changed_at = found.version + 1, Now()
    found.save()


def _moved(mine: Transcript, there: Transcript) -> Transcript:
    """What `mine` says, in the row of another recording. A row without a recording is not left behind."""
    keep_former(there, None)
    there.cues, there.name, there.machine_made = mine.cues, mine.name, mine.machine_made
    there.created_by_id = mine.created_by_id
    there.version = max(there.version, mine.version)
    _save(there)
    if mine.asset_id is None:
        Episode.objects.filter(transcript=mine).update(transcript=None)
        mine.delete()
    return there


def _own(episode: Episode, fresh: Episode, found: Transcript) -> bool:
    """It is the episode's from now on, unless it is another's already: the same recording twice. Always False."""
    taken = Episode.objects.filter(transcript=found).exclude(pk=fresh.pk).exists()
    fresh.transcript = None if taken else found
    Episode.objects.filter(pk=fresh.pk).update(transcript=fresh.transcript)
    episode.transcript = fresh.transcript
    return False


def keep_former(found: Transcript, by: User | None) -> None:
    """Before it is changed: what it says now is kept for a while."""
    if not (found.pk and found.version and found.cues):
        return
    FormerTranscript.objects.update_or_create(
        transcript=found,
        version=found.version,
        defaults={"cues": found.cues, "name": found.name, "replaced_by": by},
    )
    old = found.former.values_list("version", flat=True)[MOST_FORMER:]
    FormerTranscript.objects.filter(transcript=found, version__in=list(old)).delete()


# --- what follows ------------------------------------------------------------------------------------------------


def _follow(episode: Episode, found: Transcript, before: list[Row] | None = None) -> None:
    _caption_video(episode, before or [], found.cues)
    _renew(episode.audio)
    tell([episode.pk, *showing(found)])


def _caption_video(episode: Episode, before: list[Row], after: list[Row]) -> None:
    """The film of the same conversation has the same captions, unless it was given others."""
    video, audio = episode.video, episode.audio
    if video is None or audio is None or video.pk == audio.pk:
        return
    if abs((video.duration or 0) - (audio.duration or 0)) > _SAME_LENGTH:
        return
    there = Transcript.objects.filter(asset=video, language=episode.show.language).first()
    if there and there.cues != before:
        return
    if there and not after:
        there.delete()
    elif after:
        there = there or Transcript(asset=video, language=episode.show.language, version=0)
        there.cues = after
        _save(there)
    _renew(video)


def _renew(asset: MediaAsset | None) -> None:
    """Captions are part of what is made of a video. That it cannot be made again is no reason to keep a wrong word."""
    if asset is None or asset.kind != MediaAsset.Kind.VIDEO:
        return
    try:
        with transaction.atomic():
            captioning.renew(asset)
    except Permanent as error:
        log.warning("captions_not_renewed", asset=asset.pk, problem=str(error))


# --- cues as they are stored --------------------------------------------------------------------------------------


def _rows(cues: Iterable[Cue]) -> list[Row]:
    return [[cue.start, cue.end, cue.speaker, cue.text] for cue in cues]


def _cue(row: Any) -> Cue:
    if not isinstance(row, list | tuple) or len(row) != 4:
        raise Unfit("A cue is a start, an end, a speaker and a text.")
    start, end, speaker, text = row
    if not isinstance(speaker, str) or not isinstance(text, str):
        raise Unfit("A speaker and what they say are text.")
    if start is None:
        return Cue(None, None, speaker, text)
    end = start if end is None else end
    if not all(type(time) is int and 0 <= time <= MAX_TIME for time in (start, end)):
        raise Unfit("A time is between 0 and 1,000 hours.")
    return Cue(start, max(start, end), speaker, text)
