"""What follows from what allauth and Django tell us."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import mfa
from accounts.addresses import vouch
from accounts.models import User


@receiver(post_save, sender=User)
def staff_need_no_verification(instance: User, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """Signing up makes nobody staff: whoever made this account (createsuperuser, an administrator) knows whose it is."""
    if created and instance.is_staff and not raw:
        vouch(instance)


@receiver(password_reset)
def a_reset_proves_the_address(user: User, **kwargs: Any) -> None:
    vouch(user)  # the link was mailed there


@receiver(email_confirmed)
def an_unproven_password_dies(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Somebody may have signed up with another's address and a password of their own.

    When its owner first comes in by an e-mailed code, that password must not open the account any more.
    """
    user = email_address.user
    records = get_authentication_records(request, user)
    if user.last_login is None and records and records[-1]["method"] == "code":
        user.set_unusable_password()
        user.save(update_fields=["password"])


@receiver(authenticator_used)
@receiver(authenticator_added)
def a_second_factor_was_shown(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    mfa.remember(request, user)
