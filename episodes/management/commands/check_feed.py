import json
from argparse import RawDescriptionHelpFormatter
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, NoReturn

from django.core.management import BaseCommand, CommandError, CommandParser

from core.importing import printable
from episodes.feeds.sources import NotThere, source
from publishing import podcast_check
from publishing.podcast_check import Finding, Level, Unreadable, fetching

UNREADABLE = 2
NEWEST = 25
LINES = 8  # of one rule, without --all


class Command(BaseCommand):
    help = """Judge a podcast's feed by what apps and directories ask for. Nothing is changed.

SHOW is the slug of a show of this site: its feed is judged as the public gets it. URL is fetched, FILE is read.

Exit status: 0 no errors (with --strict: no warnings either); 1 errors; 2 the feed cannot be read at all.

With --json the answer is one object: {"source", "items", "error", "warning", "info", "findings": [{"level", "rule",
"line", "message", "fix", "item"}]}; if the feed cannot be read: {"source", "line", "unreadable"}."""

    requires_system_checks: list[str] = []  # a file is judged without a database

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SHOW|URL|FILE")
        parser.add_argument("--strict", action="store_true", help="count warnings as errors")
        parser.add_argument("--json", action="store_true", help="for programs, see above")
        parser.add_argument(
            "--all", action="store_true", help=f"name every line, not the first {LINES} of a rule"
        )
        parser.add_argument(
            "--fetch",
            nargs="?",
            type=int,
            const=NEWEST,
            default=0,
            metavar="N",
            help=f"also ask for the files and artwork of the first N episodes (default: {NEWEST})",
        )

    def handle(self, **options: Any) -> None:
        place = options["source"]
        try:
            found = source(place)
            feed = podcast_check.read(found.data, found.facts)
        except NotThere as error:
            self._give_up(place, 0, str(error), as_json=options["json"])
        except Unreadable as error:
            self._give_up(place, error.line, str(error), as_json=options["json"])
        if options["fetch"] > 0:
            feed = podcast_check.read(found.data, fetching.facts(feed, options["fetch"]))
        findings = podcast_check.findings(feed)
        totals = Counter(finding.level for finding in findings)
        if options["json"]:
            self.stdout.write(_as_json(place, len(feed.items), totals, findings))
        else:
            self._print(place, len(feed.items), totals, findings, everything=options["all"])
        if totals[Level.ERROR] or (options["strict"] and totals[Level.WARNING]):
            raise CommandError("There is something to mend.", returncode=1)

    def _give_up(self, place: str, line: int, why: str, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json.dumps({"source": place, "line": line, "unreadable": why}))
        where = f"{printable(place)}, line {line}" if line else printable(place)
        raise CommandError(f"{where}: {printable(why)}", returncode=UNREADABLE)

    def _print(
        self, place: str, items: int, totals: Counter[Level], findings: list[Finding], *, everything: bool
    ) -> None:
        if not findings:
            self.stdout.write(f"{printable(place)}: {_counted(items, 'episode')}, nothing to mend.")
            return
        for level in Level:
            for rule, found in _by_rule(findings, level).items():
                self.stdout.write(f"{self._coloured(level)} [{rule}]{_times(found)}")
                for line in _lines(found, everything=everything):
                    self.stdout.write(f"  {printable(line)}")
                self.stdout.write("")
        counts = ", ".join(_counted(totals[level], level) for level in Level)
        self.stdout.write(f"{printable(place)}: {_counted(items, 'episode')}, {counts}.")

    def _coloured(self, level: Level) -> str:
        styles = {Level.ERROR: self.style.ERROR, Level.WARNING: self.style.WARNING}
        return str(styles[level](level)) if level in styles else str(level)


def _as_json(place: str, items: int, totals: Counter[Level], findings: list[Finding]) -> str:
    counts = {str(level): totals[level] for level in Level}
    described = [asdict(finding) for finding in findings]
    return json.dumps({"source": place, "items": items, **counts, "findings": described})


def _by_rule(findings: list[Finding], level: Level) -> dict[str, list[Finding]]:
    """In the order of the document."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.level is level:
            found[finding.rule].append(finding)
    return found


def _lines(found: list[Finding], *, everything: bool) -> Iterator[str]:
    """Where, and what; a sentence that was just said is not said again."""
    said = ""
    for finding in found if everything else found[:LINES]:
        about = f" ({finding.item})" if finding.item else ""
        message = "" if finding.message == said else f" {finding.message}"
        yield f"line {finding.line}{about}{':' if message else ''}{message}"
        said = finding.message
    if not everything and len(found) > LINES:
        yield f"… and {len(found) - LINES} more; --all names them."
    yield f"-> {found[0].fix}"


def _times(found: list[Finding]) -> str:
    return f" {len(found)} times" if len(found) > 1 else ""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
