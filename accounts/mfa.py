"""Staff need a second factor in production, and must have shown it in the session with which they open the admin.

allauth asks for it at login. What remains is whoever has none yet, and sessions that are older than it.
"""

from collections.abc import Callable

import structlog
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User

log = structlog.get_logger(__name__)

IS_SECOND_FACTOR = ~Q(type=Authenticator.Type.RECOVERY_CODES)
SHOWN_BY = "second_factor_shown_by"  # in the session: the id of the user who has shown it


class StaffMFAMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        step = missing_step(request) if settings.STAFF_MFA_REQUIRED and is_guarded(request) else None
        if step is None:
            return self.get_response(request)
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return redirect(reverse(step, query={REDIRECT_FIELD_NAME: back}))


def is_guarded(request: HttpRequest) -> bool:
    """Everything below the admin's address, whoever serves it, except the way out."""
    return request.path.startswith(reverse("admin:index")) and request.path != reverse("admin:logout")


def missing_step(request: HttpRequest) -> str | None:
    """The name of the page where this member of staff sets up or shows the second factor; None if nothing is missing."""
    user = request.user
    if not (isinstance(user, User) and user.is_staff):
        return None
    if not Authenticator.objects.filter(IS_SECOND_FACTOR, user=user).exists():
        return "mfa_activate_totp"
    return None if request.session.get(SHOWN_BY) == user.pk else "mfa_reauthenticate"


def remember(request: HttpRequest, user: User) -> None:
    """The second factor was shown in this session; a recovery code counts."""
    request.session[SHOWN_BY] = user.pk


def reset(user: User) -> bool:
    """Take somebody's second factor away, for a lost phone, and tell them by mail; False if there was none.

    Their sessions stay, but the admin asks them to set up a new one first.
    """
    deleted, _ = Authenticator.objects.filter(user=user).delete()
    if deleted:
        log.warning("second_factor_reset", user_id=user.pk)
        get_adapter().send_mail("account/email/second_factor_reset", user.email, {})
    return bool(deleted)
