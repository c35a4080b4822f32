from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from core.caching import register_deadline
        from search import receivers  # noqa: F401
        from search.models import IndexEntry

        register_deadline(IndexEntry, "published_at")
        register_deadline(IndexEntry, "expires_at")
