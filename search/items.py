from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Concat, Now

from publishing.models import Item


def choosable() -> QuerySet[Item]:
    """Items that are published or scheduled, each with a `label` for lists of choices; newest first."""
    title = F("index_entry__title")
    scheduled = When(index_entry__published_at__gt=Now(), then=Concat(title, Value(" (scheduled)")))
    indexed = Item.objects.filter(index_entry__isnull=False).order_by("-index_entry__published_at", "-pk")
    return indexed.annotate(label=Case(scheduled, default=title))  # type: ignore[no-redef]
