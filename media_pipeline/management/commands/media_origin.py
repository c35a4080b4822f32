import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from media_pipeline.delivery.switching import present, switch
from media_pipeline.models import OriginSwitch, Region

MODES = [str(mode) for mode in OriginSwitch.Mode]


class Command(BaseCommand):
    help = (
        "Serve all recordings from the origin alone (fallback), or from the regions again (primary), from the next "
        "request on. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mode", choices=[*MODES, "status"])
        parser.add_argument("--reason", default="", help="kept beside it, for whoever wonders later")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, mode: str, reason: str, **options: Any) -> None:
        if mode != "status":
            switch(mode, reason=reason[:200])
        now, up = present(), Region.objects.serving().count()
        enabled = Region.objects.enabled().count()
        if options["json"]:
            since = now.at.isoformat() if now.pk else None
            told = {"mode": now.mode, "since": since, "reason": now.reason, "enabled": enabled, "up": up}
            self.stdout.write(json.dumps(told))
            return
        since = f" since {timezone.localtime(now.at):%Y-%m-%d %H:%M:%S %Z}" if now.pk else ""
        why = f" ({now.reason})" if now.reason else ""
        self.stdout.write(f"Everything is served from {now.get_mode_display()}{since}{why}.")
        self.stdout.write(f"{up} of {enabled} regions in use are up.")
