"""Live recordings: announced, begun, over; who wants to be told; and what becomes of them.

Nothing goes live by itself: a host says so. What should have begun is shown as that.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from accounts.models import User
from core import caching
from core.clock import database_now
from episodes.models import Episode, LiveRecording, LiveWish, Show
from publishing import revisions, workflow

SHOWN_LATE = timedelta(days=1)  # how long lists go on showing what nobody has begun, or ended
LONGEST_ADDRESS = 254  # RFC 5321
_SALT = "episodes.live.wish"
_UNDONE_WITHIN = 3600  # seconds

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


# --- what a host says ---------------------------------------------------------------------------------------------


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


# --- what becomes of it -------------------------------------------------------------------------------------------


@transaction.atomic
def make_episode(recording: LiveRecording, by: User) -> Episode:
    """A draft of the episode that it becomes, or the one there is already."""
    current = (
        LiveRecording.objects.select_for_update(of=("self",)).select_related("show").get(pk=recording.pk)
    )
    if current.episode:
        return current.episode
    made = Episode.objects.create(
        show=current.show,
        title=current.title,
        standfirst=_first_sentences(current.description),
        body=current.description,
        artwork=current.artwork,
        created_by=by,
    )
    LiveRecording.objects.filter(pk=current.pk).update(episode=made)
    caching.bump()
    note = f"From the live recording “{current.title}”."[:200]
    return workflow.edited(made, revisions.snapshot(made), by, note=note)


def _first_sentences(text: str) -> str:
    """The first paragraph, if it fits a standfirst."""
    first = " ".join(text.strip().partition("\n\n")[0].split())
    return first if len(first) <= 400 else ""


def public_episode(recording: LiveRecording) -> Episode | None:
    """What became of it, as soon as everybody may hear that."""
    if not recording.episode_id:
        return None
    return Episode.objects.public().select_related("show").filter(pk=recording.episode_id).first()


# --- who wants to be told -----------------------------------------------------------------------------------------


def wish(recording: LiveRecording, address: str) -> str:
    """Keep that somebody wants to be told; returns what takes it back. Raises ValidationError with a sentence.

    The answer is the same whether the address was known: what is returned takes back this very wish alone.
    """
    address = clean_address(address)
    now = database_now()
    try:
        with transaction.atomic():
            LiveWish.objects.create(recording=recording, address=address, made_at=now)
    except IntegrityError:
        pass  # it is kept already
    return signing.dumps([recording.pk, address, now.isoformat()], salt=_SALT, compress=True)


def take_back(recording: LiveRecording, signed: str) -> None:
    """Forget a wish that was just made. Raises signing.BadSignature, also after an hour."""
    pk, address, made_at = signing.loads(signed, salt=_SALT, max_age=_UNDONE_WITHIN)
    if pk != recording.pk:
        raise signing.BadSignature("of another recording")
    recording.wishes.filter(address=address, made_at=datetime.fromisoformat(made_at)).delete()


def clean_address(address: str) -> str:
    """As it is kept: the domain in small letters. Raises ValidationError with a sentence."""
    address = address.strip()
    if not address:
        raise ValidationError("Type your e-mail address.")
    name, _, domain = address.rpartition("@")
    address = f"{name}@{domain.lower()}"
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError("This is no e-mail address that a mail could reach.") from error
    if len(address) > LONGEST_ADDRESS:
        raise ValidationError("This is no e-mail address that a mail could reach.")
    return address
