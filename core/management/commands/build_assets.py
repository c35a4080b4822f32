from typing import Any

from django.core.management.base import BaseCommand

from core import assets


class Command(BaseCommand):
    help = "Builds the web fonts and the generated stylesheet, if their sources changed."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(assets.build()))
