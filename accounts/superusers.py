from collections.abc import Iterable

from accounts.models import User


def are_all_among(leaving: Iterable[int]) -> bool:
    """Whether nobody could run the site any more if the users with these ids were gone.

    Call it in a transaction: it locks all superusers, so that two of them cannot remove each other at once.
    """
    active = User.objects.filter(is_superuser=True, is_staff=True, is_active=True).order_by("pk")
    ids = set(active.select_for_update().values_list("pk", flat=True))
    return bool(ids) and ids <= set(leaving)
