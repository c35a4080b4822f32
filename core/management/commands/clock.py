import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from core import sweeps


class Command(BaseCommand):
    help = "Run what has to happen again and again, until SIGTERM. Start as many as you like: one works, the others wait."
    requires_system_checks: Any = []

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
        sweeps.keep_time(import_string(settings.SWEEPS))
