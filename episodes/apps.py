from django.apps import AppConfig


class EpisodesConfig(AppConfig):
    name = "episodes"

    def ready(self) -> None:
        from core.caching import register_deadline
        from episodes import access, receivers  # noqa: F401
        from episodes.models import Episode, LiveRecording, Show

        register_deadline(Episode, "published_at")  # for members; the index knows when everybody hears it
        register_deadline(Episode, "public_at")
        register_deadline(Show, "ended_at")
        register_deadline(LiveRecording, "starts_at")
