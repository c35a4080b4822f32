"""The one manner of all importers: what `manage.py import_…` commands share.

    class Command(ImportCommand[Path]):
        def add_input(self, parser): ...
        def read(self, **options) -> list[Path]: ...      # raises Unreadable
        def where(self, item) -> str: ...
        def take(self, item) -> Outcome: ...              # in a transaction of its own

Each item is all there or not at all; a bad one is reported and the rest goes on. Running again continues what was
interrupted, and changes nothing when there is nothing new.
"""

import io
import json
import unicodedata
from abc import abstractmethod
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

log = structlog.get_logger(__name__)

SOME_FAILED = 1
UNREADABLE = 2
INTERRUPTED = 130  # as shells say it of SIGINT
MOST_WORDS = 500


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class ItemFailed(Exception):
    """This item cannot be imported; the message is a sentence for a person."""


class Unreadable(Exception):
    """The input as a whole cannot be read: `Unreadable(where, why)`, `why` a sentence for a person."""


class ImportStopped(Exception):
    """Something every item needs is away, so that going on makes no sense; the message says what."""


@dataclass(slots=True)
class Report:
    """What came of it: numbers of items, and everything that went wrong. An item may be in and still be in `failed`."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)

    def fail(self, where: str, why: str) -> None:
        self.failed.append({"where": printable(where), "why": printable(why)})

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class ImportCommand[T](BaseCommand):
    """Exit status 0, 1 when something failed, 2 when the input cannot be read at all, 130 after Ctrl-C."""

    report: Report
    dry_run: bool

    @abstractmethod
    def add_input(self, parser: ArgumentParser) -> None:
        """The command's own arguments."""

    @abstractmethod
    def read(self, **options: Any) -> Sequence[T]:
        """All items, in the order in which they are taken. Raises Unreadable; reports what it must leave out."""

    @abstractmethod
    def where(self, item: T) -> str:
        """How a report names the item."""

    @abstractmethod
    def take(self, item: T) -> Outcome:
        """Write one item. Raises ItemFailed, ValidationError or ValueError with a sentence, or ImportStopped.

        In a dry run the transaction around it is rolled back; only what is outside the database (`self.dry_run`) is
        left to the command.
        """

    def around(self, item: T) -> AbstractContextManager[Any]:
        """What `take` happens in; an item that takes minutes has transactions of its own (`nullcontext()`)."""
        return transaction.atomic()

    def problem(self, where: str, why: str) -> None:
        """Report that something about an item is missing although the item itself is in."""
        self.report.fail(where, why)

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_input(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done and write nothing."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the report for programs, and nothing else."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.report, self.dry_run = Report(), options["dry_run"]
        status, sentence = self._run(**options)
        self.stdout.write(self.report.as_json() if options["json"] else self._for_people())
        if status:
            raise CommandError(sentence, returncode=status)

    def _run(self, **options: Any) -> tuple[int, str]:
        from core import caching  # needs the models, and the bar does not

        try:
            items = self.read(**options)
            with progress(len(items)) as advance, caching.pushing_seldom():
                for item in items:
                    self._take_one(item)
                    advance()
        except Unreadable as error:
            self.report.fail(*error.args)
            return UNREADABLE, ": ".join(map(printable, error.args))
        except (OperationalError, InterfaceError) as error:
            self.report.fail("database", str(error).partition("\n")[0])
            return SOME_FAILED, "The import did not begin: the database does not answer."
        except ImportStopped as error:
            return SOME_FAILED, f"The import stopped: {printable(str(error))} Run it again to continue."
        except KeyboardInterrupt:
            return INTERRUPTED, "Interrupted. What is reported is in; run it again to continue."
        failures = len(self.report.failed)
        return (SOME_FAILED, f"{_problems(failures)}.") if failures else (0, "")

    def _take_one(self, item: T) -> None:
        """In a dry run each item is rolled back by itself: one long transaction would hold up everybody who publishes."""
        try:
            with self.around(item):
                outcome = self.take(item)
                if self.dry_run:
                    transaction.set_rollback(True)
        except ImportStopped as error:
            self.report.fail(self.where(item), str(error))
            raise
        except (ItemFailed, ValidationError, ValueError) as error:
            self.report.fail(self.where(item), _sentence(error))
        except (DatabaseError, InterfaceError) as error:
            self.report.fail(self.where(item), f"The database refused it: {str(error).partition('\n')[0]}")
            if isinstance(error, (OperationalError, InterfaceError)) and not _database_answers():
                raise ImportStopped("the database does not answer.") from error
        except Exception as error:
            log.exception("import_item_failed", where=printable(self.where(item)))
            self.report.fail(self.where(item), f"Unexpected {type(error).__name__}: {error}")
        else:
            self.report.count(outcome)

    def _for_people(self) -> str:
        """The report as a table, as wide as the terminal."""
        console = Console(file=io.StringIO(), width=None if self.stdout.isatty() else 120, highlight=False)
        with console.capture() as capture:
            if self.report.failed:
                console.print(_table_of(self.report.failed))
            done = ", ".join(f"{getattr(self.report, outcome)} {outcome}" for outcome in Outcome)
            tail = " Nothing was written: this was a dry run." if self.dry_run else ""
            console.print(Text(f"{done}; {_problems(len(self.report.failed))}.{tail}"))
        return capture.get().rstrip("\n")


@contextmanager
def progress(total: int) -> Iterator[Any]:
    """A bar on stderr if that is a terminal; yields what moves it one step on."""
    console = Console(stderr=True)
    columns = [TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def printable(text: str) -> str:
    r"""One line that is safe on a terminal: a control or direction character becomes `\x1b` or `\u202e`; cut at 500."""
    shown = "".join(_shown(character) for character in text[: MOST_WORDS + 1])
    return shown if len(text) <= MOST_WORDS else f"{shown[: MOST_WORDS - 1]}…"


def _shown(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _table_of(failed: list[dict[str, str]]) -> Table:
    table = Table("where", "why", title="Problems", title_justify="left")
    for failure in failed:
        table.add_row(Text(failure["where"], overflow="fold"), Text(failure["why"], overflow="fold"))
    return table


def _problems(number: int) -> str:
    return f"{number} problem{'' if number == 1 else 's'}"


def _sentence(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _database_answers() -> bool:
    if connection.in_atomic_block:
        return connection.is_usable()
    connection.close_if_unusable_or_obsolete()
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True
