from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Background work"

    def ready(self) -> None:
        """Every app's `jobs.py` and `invariants.py` register what they hold by being imported."""
        from core import checks  # noqa: F401

        autodiscover_modules("jobs", "invariants")
