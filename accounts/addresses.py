"""The one verified e-mail address that each account has."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


@transaction.atomic
def vouch(user: User) -> None:
    """Make the user's e-mail address their only one, and verified: somebody who may know says that it is theirs."""
    email = user.email.lower()
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )


def is_taken(email: str, *, by_other_than: User | None = None) -> bool:
    """Whether another account already uses this address, as its login or as a verified address."""
    users = User.objects.filter(email__iexact=email)
    addresses = EmailAddress.objects.filter(email=email.lower())
    if by_other_than and by_other_than.pk:
        users = users.exclude(pk=by_other_than.pk)
        addresses = addresses.exclude(user_id=by_other_than.pk)
    return users.exists() or addresses.exists()
