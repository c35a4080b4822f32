from collections.abc import Collection
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Now

from accounts.models import User
from publishing.models import KINDS, Item
from search.models import live_entries


def choosable(besides: Collection[int] = (), *, by: User | None = None) -> QuerySet[Item]:
    """Items that are published or scheduled, each with a `label` for lists of choices; newest first.

    `besides`: numbers of Items that stand there already, to be kept although they are not published any more.
    `by`: who chooses, and may know of what they cannot touch only if readers get it.
    """
    title = F("index_entry__title")
    gone = When(index_entry=None, then=Value(""))
    expired = When(index_entry__expires_at__lte=Now(), then=Concat(title, Value(" (expired)")))
    scheduled = When(index_entry__published_at__gt=Now(), then=Concat(title, Value(" (scheduled)")))
    kept = Q(index_entry__isnull=False) | Q(pk__in=besides) if besides else Q(index_entry__isnull=False)
    if by:
        kept &= live_entries("index_entry__") | _touched_by(by) | Q(pk__in=besides)
    indexed = Item.objects.filter(kept).order_by("-index_entry__published_at", "-pk")
    return indexed.annotate(label=Case(gone, expired, scheduled, default=title))  # type: ignore[no-redef]


def _touched_by(user: User) -> Q:
    touched = Q(kind__in=[kind for kind, model in KINDS.items() if user.has_perm(model.right("edit_all"))])
    for model in KINDS.values():
        own: Any = model._default_manager
        touched |= Q(pk__in=own.owned_by(user).values("item"))
    return touched
