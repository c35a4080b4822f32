import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from media_pipeline.models.assets import MediaAsset


class Upload(models.Model):
    """Bytes on their way in. They become an asset when all of them are there, were hashed and can be understood.

    The parts go from the browser (or a command) straight to the storage, under a key that is `token`.
    """

    class State(models.TextChoices):
        SENDING = "sending", "Being sent"
        CHECKING = "checking", "Being checked"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        STOPPED = "stopped", "Stopped"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.SENDING)
    name = models.CharField(max_length=200, blank=True, help_text="Only shown.")
    bytes = models.PositiveBigIntegerField()
    part_bytes = models.PositiveBigIntegerField(help_text="Of every part but the last.")
    s3_upload = models.CharField(
        max_length=1024, blank=True, help_text="The storage's id of a multipart upload."
    )
    parts = models.JSONField(
        default=dict, db_default={}, help_text='What has arrived: {"1": its SHA-256 in base64, …}.'
    )
    profile = models.CharField(
        max_length=40, blank=True, help_text="What to make of it; empty: its kind's own."
    )
    tags = models.JSONField(default=dict, db_default={})
    asset = models.ForeignKey(MediaAsset, null=True, on_delete=models.SET_NULL, related_name="uploads")
    replaces = models.ForeignKey(
        MediaAsset,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="What it is a new version of.",
    )
    problem = models.TextField(blank=True, help_text="Why it was refused, for a person.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()  # those of the asset hold
        indexes = [models.Index(fields=["state", "changed_at"], name="upload_by_state")]

    def __str__(self) -> str:
        return self.name or str(self.token)

    @property
    def key(self) -> str:
        return f"uploads/{self.token}"

    @property
    def part_count(self) -> int:
        return -(-self.bytes // self.part_bytes)

    def length_of(self, number: int) -> int:
        """Bytes of a part, of 1 to `part_count`."""
        return min(self.part_bytes, self.bytes - (number - 1) * self.part_bytes)

    def missing(self) -> list[int]:
        """The numbers of the parts that have not arrived."""
        return [number for number in range(1, self.part_count + 1) if str(number) not in self.parts]
