from django.db import models
from django.db.models.functions import Now

from episodes.models.episodes import Episode


class DownloadEvent(models.Model):
    """One request for an episode's file, as it was asked. Nothing says who it was: `client` is a salted hash."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())
    client = models.CharField(max_length=32, help_text="Of the address (IPv6: its /64), salted, hex.")
    agent = models.CharField(max_length=300, blank=True, help_text="The User-Agent, as sent.")
    country = models.CharField(max_length=2, blank=True)
    file = models.CharField(max_length=4, default="mp3", help_text="mp3, m4a, mp4")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of the whole file then")
    first = models.PositiveBigIntegerField(default=0, help_text="The first byte asked for.")
    last = models.PositiveBigIntegerField(default=0, help_text="The last byte asked for, at most size - 1.")
    head = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="bytes of tags and cover before its sound"
    )
    minute = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="bytes of a minute of its sound; of all, if it is shorter"
    )
    private = models.BooleanField(default=False, help_text="By a member's own feed.")
    counted = models.BooleanField(
        default=False, db_default=False, help_text="With this request it became a download."
    )

    class Meta:
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["episode", "client", "at"], name="download_event_of_client"),
            models.Index(fields=["at"], name="download_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.episode_id} at {self.at}"


class CountedUntil(models.Model):
    """One row: up to where events are counted. Whoever counts holds its lock."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="counted_until_is_one_row")]

    def __str__(self) -> str:
        return f"until {self.at}"


class DownloadCount(models.Model):
    """How many downloads an episode had on one day (UTC), by app and country. Made of the events, at will anew."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="download_counts")
    day = models.DateField()
    app = models.CharField(max_length=60, help_text="Apple Podcasts, Overcast, … or “Other”.")
    country = models.CharField(max_length=2, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "downloads"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["episode", "day", "app", "country"], name="download_count_once")
        ]
        indexes = [models.Index(fields=["day"], name="download_count_day")]

    def __str__(self) -> str:
        return f"{self.episode_id} {self.day}: {self.count}"
