"""Who may have what: each kind of owner of an encoding answers for its own.

    @delivery.gate("lecture")
    def may_watch(key: str, viewer: str) -> bool: ...     # of an Encoding whose owner is "lecture:17": key "17"

A viewer is "" (anybody), "user:5", or what another way of signing in calls them. A gate that opens for "" makes the
files public. Whoever may see recordings on the desk may have them all; where nobody registered a gate, only they.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Exists, Q, QuerySet

from accounts.models import User
from core.prepared import Prepared

type Gate = Callable[[str, str], bool]

GATES: dict[str, Gate] = {}
SEEING = ("view_recording", "change_recording")  # as the admin has it


def gate(kind: str) -> Callable[[Gate], Gate]:
    """Register the function that answers for owners of a kind. It is asked at each link, so it must be quick."""

    def register(function: Gate) -> Gate:
        if kind in GATES:
            raise ValueError(f"two gates for {kind!r}")
        GATES[kind] = function
        return function

    return register


def opens(owner: str, viewer: str) -> bool:
    """Whether this viewer may have the files of an encoding of that owner, now."""
    kind, _, key = owner.partition(":")
    answering = GATES.get(kind)
    return (answering is not None and answering(key, viewer)) or on_the_desk(viewer)


def on_the_desk(viewer: str) -> bool:
    """Whether it is somebody who may see recordings in the admin."""
    kind, _, key = viewer.partition(":")
    return kind == "user" and _on_the_desk.first(int(key)) is not None


def _staff(pk: int) -> QuerySet[Any, Any]:
    rights = Permission.objects.filter(content_type__app_label="media_pipeline", codename__in=SEEING)
    holding = Q(is_superuser=True) | Exists(rights.filter(Q(user=pk) | Q(group__user=pk)))
    return User.objects.filter(holding, pk=pk, is_staff=True, is_active=True).values_list("pk")


_on_the_desk = Prepared(_staff)
