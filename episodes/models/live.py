import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from core.markdown.embeds import Embed, find
from core.slugs import unique_slug
from episodes.models.episodes import Episode
from episodes.models.shows import Show
from media_pipeline.models import MediaAsset


class LiveRecording(models.Model):
    """A recording that people may watch while it is made (https://podcastindex.org/namespace/1.0#live-item)."""

    class Status(models.TextChoices):
        PENDING = "pending", "Announced"
        LIVE = "live", "Live now"
        ENDED = "ended", "Over"

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="live_recordings")
    title = models.CharField(max_length=200)
    slug = models.SlugField(
        max_length=100, unique=True, blank=True, help_text="Left empty, it is made from the title."
    )
    description = models.TextField(
        max_length=2000, blank=True, help_text="What it will be about, and with whom."
    )
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60, help_text="About how long it takes.")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    stream_url = models.URLField(
        max_length=400, blank=True, help_text="The stream itself, for apps: an MP3 or M3U8 address."
    )
    stream_type = models.CharField(max_length=60, blank=True, default="audio/mpeg")
    watch_url = models.URLField(
        max_length=400, blank=True, help_text="Where people watch: YouTube, Twitch … Shown on the page."
    )
    artwork = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "image"},
    )
    episode = models.OneToOneField(
        Episode,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="live_recording",
        help_text="What became of it; its page leads there once that is published.",
    )
    guid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="How often its time was changed, for calendars."
    )
    began_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    right_to_see_wishes: ClassVar[str] = "episodes.see_wishes_liverecording"

    class Meta:
        ordering = ["-starts_at"]
        permissions = [("see_wishes_liverecording", "Can see who wants to be told")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or unique_slug(LiveRecording, self.title, self.pk)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("live_recording", args=[self.show.slug, self.slug])

    @property
    def ends_at(self) -> datetime:
        """When it should be over, as announced."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_announced(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def is_live(self) -> bool:
        return self.status == self.Status.LIVE

    @property
    def is_called_off(self) -> bool:
        """It ended without ever having begun."""
        return self.status == self.Status.ENDED and self.began_at is None

    @property
    def player(self) -> Embed | None:
        """What shows it in a page, if its host has such a thing."""
        return find(self.watch_url) if self.watch_url else None


class LiveWish(models.Model):
    """Somebody wants to be told before it begins. The newsletter sends it."""

    recording = models.ForeignKey(LiveRecording, on_delete=models.CASCADE, related_name="wishes")
    address = models.EmailField()
    made_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["recording", "address"], name="live_wish_once_an_address")
        ]

    def __str__(self) -> str:
        return f"{self.recording}"
