from typing import Any

from django.apps import AppConfig
from django.utils.autoreload import file_changed
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Background work"

    def ready(self) -> None:
        """Every app's `jobs.py` and `invariants.py` register what they hold by being imported."""
        from core import checks  # noqa: F401

        autodiscover_modules("jobs", "invariants")
        file_changed.connect(_show_the_edit)


def _show_the_edit(**kwargs: Any) -> None:
    """In development: who edits a template or a view sees it with the next request, not a cached page."""
    from core import caching

    caching.bump()
