import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Generation(models.Model):
    """The one row that says which cached pages are current; `core.caching` explains how it is used.

    `token` changes in the transaction that changes content; Redis learns it after the commit.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField(default=uuid.uuid4)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="generation_is_one_row")]

    def __str__(self) -> str:
        return self.token.hex


class WorkQuerySet(models.QuerySet["Work"]):
    def due(self) -> Self:
        """What a worker should take now, by the database's clock: its time has come, or its runner has died."""
        return self.filter(Q(state=Work.State.WAITING, next_try_at__lte=Now()) | self.abandoned_now())

    @staticmethod
    def abandoned_now() -> Q:
        return Q(state=Work.State.RUNNING, lease_until__lt=Now())


class Work(models.Model):
    """One piece of long work, and the queue of record: Redis only wakes workers up. `core.work` says how it is used.

    A runner claims it with a conditional UPDATE that raises `fence` and sets `lease_until`; whatever it commits, it
    commits only while its fence is still the row's.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        PARKED = "parked", "Parked"

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, help_text="What the work is about; unique for its kind.")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often it was begun, without those that were not its fault."
    )
    fence = models.PositiveBigIntegerField(default=0, help_text="The number of the last claim.")
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_default=Now(), help_text="When it was to be done, as last asked for.")
    next_try_at = models.DateTimeField(db_default=Now())
    again_at = models.DateTimeField(null=True, help_text="It was asked for once more while it was running.")
    checkpoint = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "work"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="work_unique_kind_key"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="work_running_has_a_lease"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="work_due", condition=Q(state__in=["waiting", "running"])
            ),
            models.Index(fields=["state", "-changed_at"], name="work_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
