"""Who wants to be told that a live recording begins."""

from datetime import datetime

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from core.clock import database_now
from episodes.models import LiveRecording, LiveWish

LONGEST_ADDRESS = 254  # RFC 5321
_SALT = "episodes.live.wish"
_UNDONE_WITHIN = 3600  # seconds


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
