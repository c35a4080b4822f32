from typing import Any

from django.dispatch import receiver

from core import caching
from publishing.signals import content_changed


@receiver(content_changed)
def forget_cached_pages(sender: Any, **kwargs: Any) -> None:
    caching.bump()
