from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from publishing import receivers, roles, waiting_images  # noqa: F401
        from publishing.linter import registry

        autodiscover_modules("roles")
        autodiscover_modules("used_by")
        registry.discover()
        post_migrate.connect(roles.keep_in_step, dispatch_uid="publishing.roles")
