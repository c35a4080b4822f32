from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from episodes.downloads import counting
from episodes.models import Episode


class Command(BaseCommand):
    help = "Count downloads anew from the requests that are kept: after a change of the rules, or of the known robots."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=_day, help="Only the days from this one on (UTC), like 2026-03-01."
        )
        parser.add_argument("--episode", type=int, help="Only of the episode with this number.")

    def handle(self, *, since: date | None, episode: int | None, **options: Any) -> None:
        if episode is not None and not Episode.objects.filter(pk=episode).exists():
            raise CommandError(f"There is no episode {episode}.")
        found = counting.recompute(since, episode)
        self.stdout.write(f"{found:,} download{'' if found == 1 else 's'} counted.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day; write it like 2026-03-01.") from error
