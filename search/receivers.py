from typing import Any

from django.db.models import ExpressionWrapper, Min, fields
from django.db.models.functions import Now
from django.dispatch import receiver

from publishing.models import Publishable
from publishing.signals import content_changed
from search.indexing import index
from search.models import IndexEntry


@receiver(content_changed)
def index_content(sender: Any, content: Publishable, **kwargs: Any) -> None:
    index(content)


def seconds_until_next_publication() -> float | None:
    """By the database's clock; None if nothing is scheduled."""
    wait = ExpressionWrapper(Min("published_at") - Now(), output_field=fields.DurationField())
    scheduled = IndexEntry.objects.filter(published_at__gt=Now()).aggregate(wait=wait)["wait"]
    return scheduled.total_seconds() if scheduled is not None else None
