from collections.abc import Collection

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Now

from publishing.models import Item


def choosable(besides: Collection[int] = ()) -> QuerySet[Item]:
    """Items that are published or scheduled, each with a `label` for lists of choices; newest first.

    `besides`: numbers of Items that stand there already, to be kept although they are not published any more.
    """
    title = F("index_entry__title")
    gone = When(index_entry=None, then=Value(""))
    expired = When(index_entry__expires_at__lte=Now(), then=Concat(title, Value(" (expired)")))
    scheduled = When(index_entry__published_at__gt=Now(), then=Concat(title, Value(" (scheduled)")))
    kept = Q(index_entry__isnull=False) | Q(pk__in=besides) if besides else Q(index_entry__isnull=False)
    indexed = Item.objects.filter(kept).order_by("-index_entry__published_at", "-pk")
    return indexed.annotate(label=Case(gone, expired, scheduled, default=title))  # type: ignore[no-redef]
