"""Keys of people's own feeds: made, rotated, revoked and looked up here alone.

A token is 128 random bits in base64url (22 characters). Whoever sells what a feed holds says with `holds` who has it now:

    @feed_tokens.holds("show")
    def has_show(user: int, key: str) -> bool: ...     # of the scope "show:3": key "3"

Where nobody registered such a function, the token itself is the right.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import FeedToken, FeedTokenUse, User
from core.clients import hashed_address

log = structlog.get_logger(__name__)

KEPT = timedelta(days=90)  # how long one can see from how many networks a token was used
SEEN = timedelta(minutes=10)  # how exactly one can see when
type Holds = Callable[[int, str], bool]

HOLDS: dict[str, Holds] = {}


def holds(kind: str) -> Callable[[Holds], Holds]:
    """Register the function that knows who has things of this kind. It is asked with each request."""

    def register(function: Holds) -> Holds:
        if kind in HOLDS:
            raise ValueError(f"two functions know who holds {kind!r}")
        HOLDS[kind] = function
        return function

    return register


@transaction.atomic
def issue(user: User, scope: str) -> str:
    """A new token; one that the person had for this scope is revoked. This is the only time that anybody sees it."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    revoke(user, scope, reason="Replaced by a new one.")
    token = secrets.token_urlsafe(16)
    FeedToken.objects.create(user=user, scope=scope, digest=digest(token), hint=token[-4:])
    return token


def revoke(user: User, scope: str, *, reason: str) -> bool:
    """End it at once; False if there was none."""
    alive = FeedToken.objects.filter(user=user, scope=scope, revoked_at=None)
    return bool(alive.update(revoked_at=Now(), reason=reason))


def find(token: str) -> FeedToken | None:
    """The row of a token, also of a revoked one; None if there never was such a token."""
    return FeedToken.objects.select_related("user").filter(digest=digest(token)).first()


def opens(pk: int, scope: str) -> bool:
    """Whether this token lets its person have this now."""
    token = FeedToken.objects.active().filter(pk=pk, scope=scope).first()
    return token is not None and is_held(token)


# --- from where they are used ---------------------------------------------------------------------------------------


def note_use(token: FeedToken, request: HttpRequest) -> None:
    """Remember that it was used, and from which network today. Nobody's listening depends on it."""
    today = timezone.now().date()
    network = hashed_address(
        request, f"accounts.feed_tokens {today}"
    )  # of other days it cannot be told the same
    try:
        FeedTokenUse.objects.bulk_create(
            [FeedTokenUse(token=token, day=today, network=network)], ignore_conflicts=True
        )
        if token.seen_at is None or timezone.now() - token.seen_at > SEEN:
            FeedToken.objects.filter(pk=token.pk).update(seen_at=Now())
    except (DatabaseError, InterfaceError) as error:
        log.warning("feed_use_not_noted", token=token.pk, error=str(error))


def forget_uses() -> None:
    """The clock's part."""
    FeedTokenUse.objects.filter(day__lt=timezone.now().date() - KEPT).delete()


def is_alive(token: FeedToken) -> bool:
    """Whether it opens anything now: not revoked, its person active, and what it opens still theirs."""
    return token.revoked_at is None and token.user.is_active and is_held(token)


def is_held(token: FeedToken) -> bool:
    kind, _, key = token.scope.partition(":")
    held = HOLDS.get(kind)
    return held is None or held(token.user_id, key)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
