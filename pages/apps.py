from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from core.caching import register_deadline
        from pages.models import FrontPageSlot

        register_deadline(FrontPageSlot, "from_at")
        register_deadline(FrontPageSlot, "until_at")
