from typing import Self

from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Now

from core.models import Work
from media_pipeline.models.assets import MediaAsset

ENCODE, LADDER = "media.encode", "media.ladder"
ENCODES = (ENCODE, LADDER)  # a picture is not kept waiting by a film


class RenditionSetQuerySet(models.QuerySet["RenditionSet"]):
    def with_state(self) -> Self:
        """Each with `state`: ready, cancelled, retired, or what its work says (waiting, running, parked, none).

        `work_problem`, `work_attempts` and `work_next_try_at` come along.
        """
        work = Work.objects.filter(kind__in=ENCODES, key=Cast(OuterRef("pk"), models.CharField()))
        return self.annotate(
            work_id=Subquery(work.values("pk")[:1]),
            work_state=Subquery(work.values("state")[:1]),
            work_problem=Subquery(work.values("problem")[:1]),
            work_attempts=Subquery(work.values("attempts")[:1]),
            work_next_try_at=Subquery(work.values("next_try_at")[:1]),
            state=Case(
                When(retired_at__isnull=False, then=Value("retired")),
                When(ready_at__isnull=False, then=Value("ready")),
                When(cancelled_at__isnull=False, then=Value("cancelled")),
                When(work_state__in=["waiting", "running", "parked"], then="work_state"),
                default=Value("none"),
                output_field=models.CharField(),
            ),
        )

    def in_state(self, *states: str) -> Self:
        return self.with_state().filter(Q(("state__in", states)))

    def unfinished(self) -> Self:
        return self.filter(ready_at=None, cancelled_at=None)


class RenditionSet(models.Model):
    """Everything that one recipe makes of one asset. Its files never change; a change of recipe is another set.

    The work that makes it (one of ENCODES, its key is the id) tells how far it is and why it failed.
    """

    asset = models.ForeignKey(MediaAsset, on_delete=models.CASCADE, related_name="sets")
    profile = models.CharField(max_length=40)
    recipe = models.CharField(
        max_length=64, help_text="Digest (hex) of the profile, the tags and the captions."
    )
    tags = models.JSONField(default=dict, db_default={})
    progress = models.JSONField(
        default=dict, db_default={}, help_text='{"step", "percent", "speed" (x real time), "left" (seconds)}'
    )
    log = models.TextField(
        blank=True, default="", db_default="", help_text="The end of what the encoder said when it failed."
    )
    created_at = models.DateTimeField(db_default=Now())
    ready_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True, help_text="Since when no encoding points at it any more.")

    objects = RenditionSetQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["asset", "recipe"], name="rendition_set_one_a_recipe")]

    def __str__(self) -> str:
        return f"{self.profile} of {self.asset}"


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def delivered(self) -> Self:
        """What somebody may be given; the rest is only worked with."""
        return self.exclude(role=Rendition.Role.BARE)

    def regional(self) -> Self:
        """What every region should hold: all that is delivered of finished sets. Images have one public address each."""
        return (
            self.delivered()
            .filter(set__ready_at__isnull=False)
            .exclude(set__asset__kind=MediaAsset.Kind.IMAGE)
        )


class Rendition(models.Model):
    """One file of a set. Its key is made of its bytes' hash, so what is under it is always the same."""

    class Role(models.TextChoices):
        MASTER = "master", "HLS master playlist"
        PLAYLIST = "playlist", "HLS playlist"
        VIDEO = "video", "HLS video"
        AUDIO = "audio", "HLS audio"
        SUBTITLES = "subtitles", "Subtitles"
        PROGRESSIVE = "progressive", "MP4"
        DOWNLOAD = "download", "Audio file"
        BARE = "bare", "Audio without tags"  # what downloads are tagged from; never delivered
        PREVIEW = "preview", "Preview clip"
        POSTER = "poster", "Poster"
        SPRITE = "sprite", "Thumbnails"
        STORYBOARD = "storyboard", "Storyboard"
        WAVEFORM = "waveform", "Waveform"
        CHAPTERS = "chapters", "Chapters"
        IMAGE = "image", "Image"

    set = models.ForeignKey(RenditionSet, on_delete=models.CASCADE, related_name="renditions")
    step = models.CharField(
        max_length=64, help_text="Digest (hex) of what made it; another set may take it over."
    )
    role = models.CharField(max_length=12, choices=Role)
    name = models.CharField(max_length=60, help_text="Within its role: 720p, mp3, en.")
    key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=60)
    width = models.PositiveIntegerField(default=0, db_default=0)
    height = models.PositiveIntegerField(default=0, db_default=0)
    duration = models.FloatField(null=True, help_text="seconds")
    facts = models.JSONField(
        default=dict,
        db_default={},
        help_text="bitrate (bit/s), codecs, loudness (LUFS), true_peak (dBTP), language …",
    )

    text = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Of playlists and storyboards: what is in them, so that their links are signed without asking the storage.",
    )

    objects = RenditionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["set", "role", "name"], name="rendition_one_a_name")]
        indexes = [models.Index(fields=["key"], name="rendition_by_key")]

    def __str__(self) -> str:
        return f"{self.role} {self.name}"


class Encoding(models.Model):
    """That somebody wants a profile of an asset, and the set that is live for it: one switch of one row.

    `owner` is empty for the asset's own; whoever needs tags of its own in the file (an episode's number, title and
    chapters) names itself.
    """

    asset = models.ForeignKey(MediaAsset, on_delete=models.CASCADE, related_name="encodings")
    profile = models.CharField(max_length=40)
    owner = models.CharField(max_length=80, blank=True, default="")
    tags = models.JSONField(default=dict, db_default={})
    wanted = models.ForeignKey(RenditionSet, on_delete=models.RESTRICT, related_name="wanted_by")
    live = models.ForeignKey(RenditionSet, null=True, on_delete=models.RESTRICT, related_name="live_for")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["asset", "profile", "owner"], name="encoding_one_an_owner"),
            models.CheckConstraint(condition=~Q(profile=""), name="encoding_has_a_profile"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} of {self.asset}" + (f" for {self.owner}" if self.owner else "")
