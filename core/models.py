import uuid

from django.db import models
from django.db.models.functions import Now


class Generation(models.Model):
    """The one row that says which cached pages are current; `core.caching` explains how it is used.

    `token` changes in the transaction that changes content; Redis learns it after the commit.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField(default=uuid.uuid4)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="generation_is_one_row")]


class Work(models.Model):
    """One piece of long work, and the queue of record: Redis only wakes workers up.

    A runner claims it with a conditional UPDATE that raises `fence` and sets `lease_until`; whatever it commits, it
    commits only while its fence is still the row's.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        PARKED = "parked", "parked: needs a person"

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, help_text="What the work is about; unique for its kind.")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(db_default=Now())
    checkpoint = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "work"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="work_unique_kind_key")]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="work_due", condition=models.Q(state__in=["waiting", "running"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
