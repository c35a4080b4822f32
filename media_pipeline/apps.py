from importlib import import_module

from django.apps import AppConfig


class MediaPipelineConfig(AppConfig):
    name = "media_pipeline"
    verbose_name = "Media"

    def ready(self) -> None:
        for kind in ("audio", "images", "video"):
            import_module(f"media_pipeline.{kind}.plan")
        for name in ("checks", "receivers"):
            import_module(f"media_pipeline.{name}")
