from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from core import caching
from publishing.models import Item
from search.indexing import refresh
from search.models import IndexEntry

CHUNK = 200


class Command(BaseCommand):
    help = "Rebuild the index of everything published, and remove rows whose content is gone. Safe to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--after", type=int, default=0, metavar="ID", help="go on behind this item, after an interruption"
        )

    def handle(self, *args: Any, after: int, **options: Any) -> None:
        if after < 0:
            raise CommandError("--after takes the number of an item.")
        last = after
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Indexing", total=Item.objects.filter(pk__gt=after).count())
            try:
                for item in _items(after):
                    refresh(item)
                    last = item.pk
                    progress.advance(task)
            except KeyboardInterrupt:
                raise CommandError(f"Interrupted. Go on with: manage.py reindex --after {last}") from None
            finally:
                caching.bump()
        self.stdout.write(f"{IndexEntry.objects.count()} entries in the index.")


def _items(after: int) -> Iterator[Item]:
    """Every Item in order of its number, a chunk at a time, so that one made meanwhile is met too."""
    while chunk := list(Item.objects.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield from chunk
        after = chunk[-1].pk
