from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from core.caching import register_deadline
        from search import receivers

        register_deadline(receivers.seconds_until_next_publication)
