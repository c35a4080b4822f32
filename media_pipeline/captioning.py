"""Giving a recording captions: read from any format, kept as cues, part of its renditions from then on."""

import re

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from media_pipeline import encoding, transcripts
from media_pipeline.images import display_name
from media_pipeline.models import MediaAsset, Transcript
from media_pipeline.signals import captions_changed
from media_pipeline.transcripts import Malformed, Parsed

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def read(data: bytes, *, name: str = "") -> Parsed:
    """Raises Malformed, which names the line; also for a text without times."""
    parsed = transcripts.parse(data, name=name)
    if any(cue.start is None for cue in parsed.cues):
        raise Malformed(1, "This text has no times, so it cannot be shown while somebody speaks.")
    return parsed


def caption(
    asset: MediaAsset, language: str, data: bytes, *, name: str = "", created_by: User | None = None
) -> bool:
    """The captions of one language from now on; False if they were these already. Raises Malformed."""
    return keep(asset, language, read(data, name=name), name=name, created_by=created_by)


@transaction.atomic
def keep(
    asset: MediaAsset, language: str, parsed: Parsed, *, name: str = "", created_by: User | None = None
) -> bool:
    cues = [[cue.start, cue.end, cue.speaker, cue.text] for cue in parsed.cues]
    MediaAsset.objects.select_for_update().get(pk=asset.pk)
    found = Transcript.objects.filter(asset=asset, language=language).first()
    if found and found.cues == cues:
        return False
    found = found or Transcript(asset=asset, language=language, created_by=created_by, version=0)
    found.cues, found.name, found.version = cues, display_name(name), found.version + 1
    found.changed_at, found.machine_made = Now(), False
    found.save()
    renew(asset)
    captions_changed.send(sender=MediaAsset, asset=asset)
    return True


def renew(asset: MediaAsset) -> None:
    """Have its renditions made with the captions that it has now."""
    for wish in list(asset.encodings.all()):
        encoding.retry_or_request(wish)
