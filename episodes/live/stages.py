"""What is on or announced, and what a host says of it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from core import caching
from episodes.models import LiveRecording, Show

SHOWN_LATE = timedelta(days=1)  # how long lists go on showing what nobody has begun, or ended

Status = LiveRecording.Status
DUE = ExpressionWrapper(
    Q(status=Status.PENDING, starts_at__lte=Now()), output_field=BooleanField()
)  # its time has come, and nobody has said that it has begun


def coming(show: Show | None = None) -> QuerySet[LiveRecording]:
    """What is on now or announced, the next first; of one show, or of all."""
    rows = LiveRecording.objects.filter(
        status__in=[Status.LIVE, Status.PENDING], starts_at__gt=Now() - SHOWN_LATE
    )
    if show is not None:
        rows = rows.filter(show=show)
    return rows.select_related("show").order_by("starts_at", "pk")


@transaction.atomic
def begin(recording: LiveRecording) -> bool:
    """It is on; False if it was announced no longer."""
    announced = Q(status=Status.PENDING)
    return _changed(recording, announced, status=Status.LIVE, began_at=Now(), changed_at=Now())


@transaction.atomic
def end(recording: LiveRecording) -> bool:
    """It has taken place, and is over; False if it was over already."""
    columns = {"ended_at": Now(), "began_at": Coalesce("began_at", "starts_at"), "changed_at": Now()}
    return _changed(recording, ~Q(status=Status.ENDED), status=Status.ENDED, **columns)


@transaction.atomic
def call_off(recording: LiveRecording) -> bool:
    """It will not take place: calendars strike it out. False if it has begun, or was over."""
    columns = {"ended_at": Now(), "began_at": None, "sequence": F("sequence") + 1, "changed_at": Now()}
    return _changed(recording, Q(status=Status.PENDING), status=Status.ENDED, **columns)


@transaction.atomic
def announce_again(recording: LiveRecording) -> bool:
    """Takes back any of the others; False if it is announced."""
    columns = {"ended_at": None, "began_at": None, "sequence": F("sequence") + 1, "changed_at": Now()}
    return _changed(recording, ~Q(status=Status.PENDING), status=Status.PENDING, **columns)


def _changed(recording: LiveRecording, only: Q, **columns: object) -> bool:
    """Two hosts may press at once: the row count says who did it. Pages and feeds follow."""
    done = LiveRecording.objects.filter(only, pk=recording.pk).update(**columns)
    if done:
        caching.bump()
    recording.refresh_from_db()
    return bool(done)
