import hashlib
import json

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from media_pipeline.models.assets import MediaAsset


class Transcript(models.Model):
    """What is said in an asset, in one language: the source of captions, transcript pages and search moments.

    `cues` is [[start, end, speaker, text], …] in milliseconds, as `transcripts.Cue` has them; speakers are labels.
    """

    asset = models.ForeignKey(
        MediaAsset,
        null=True,
        on_delete=models.CASCADE,
        related_name="transcripts",
        help_text="Empty while the recording is at another host.",
    )
    language = models.CharField(max_length=35, default="en", help_text="A BCP 47 tag: en, pt-BR.")
    cues = models.JSONField(default=list, db_default=[])
    version = models.PositiveIntegerField(
        default=1, db_default=1, help_text="0: lent by the recording whose file this one is to replace."
    )
    name = models.CharField(max_length=200, blank=True, help_text="Of the file it came in; only shown.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now())
    machine_made = models.BooleanField(
        default=False, db_default=False, help_text="A machine wrote it down, and nobody has corrected it yet."
    )

    class Meta:
        default_permissions = ()  # those of the asset hold
        constraints = [
            models.UniqueConstraint(fields=["asset", "language"], name="transcript_one_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.asset or self.name} ({self.language})"

    @property
    def digest(self) -> str:
        """Of the cues (hex): a version may come twice, after captions were removed."""
        return hashlib.sha256(json.dumps(self.cues).encode()).hexdigest()


class FormerTranscript(models.Model):
    """What a transcript said before: for a while it can be brought back, and tells who edits what changed meanwhile."""

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="former")
    version = models.PositiveIntegerField()
    cues = models.JSONField()
    name = models.CharField(max_length=200, blank=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    replaced_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-version"]
        default_permissions = ()  # those of the transcript hold
        constraints = [
            models.UniqueConstraint(fields=["transcript", "version"], name="former_transcript_once_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.transcript_id}, version {self.version}"
