import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.invariants import Verdict, examine

SHOWN = 20  # violations of one rule that a person wants to see


class Command(BaseCommand):
    help = "Check what must always be true of the data. Ends with 0 when it is, with 1 when something is violated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
        parser.add_argument(
            "--storage", action="store_true", help="also look for every file in the storage (asks S3)"
        )

    def handle(self, *args: Any, storage: bool, **options: Any) -> None:
        verdicts = list(examine(storage=storage))
        ok = not any(verdict.violations for verdict in verdicts)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": ok, "invariants": [asdict(verdict) for verdict in verdicts]}))
        else:
            Console(file=sys.stdout).print(table(verdicts))
        sys.exit(0 if ok else 1)


def table(verdicts: list[Verdict]) -> Table:
    shown = Table("", "Invariant", "Found", show_lines=True)
    for verdict in verdicts:
        said = verdict.violations[:SHOWN]
        if more := len(verdict.violations) - len(said):
            said.append(f"… and {more} more (--json shows all)")
        mark = "[red]violated" if verdict.violations else "[green]holds"
        shown.add_row(mark, verdict.name, escape("\n".join([*said, *verdict.notes])))
    return shown
