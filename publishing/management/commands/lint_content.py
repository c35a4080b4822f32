import json
from argparse import RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from publishing.linter import CHECK_FAILED, Finding, Level, lint, waived
from publishing.models import KINDS, Publishable

CHUNK = 100
STATUSES = ("draft", "published", "archived", "all")


class Command(BaseCommand):
    help = """Check content as the desk does before it publishes. Nothing is changed.

The text that is checked is the stored one: of a published item what readers get, of any other its newest version.

Exit status: 0 no errors, or all of them waived; 1 errors, or a check that failed; 2 no such item.

With --json each item is one line: {"kind", "slug", "title", "status", "findings": [{"rule", "level", "field",
"line", "message", "fix", "excerpt", "fingerprint", "waived"}]}, and the last line is the summary:
{"items", "error", "warning", "info", "waived", "failed_checks"}. `line` is null for what has no line; waived
errors count as waived alone."""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only these; none: everything")
        parser.add_argument("--kind", choices=sorted(KINDS), help="only this kind of content")
        parser.add_argument(
            "--status", choices=STATUSES, help="default: drafts and what is published; with slugs: all"
        )
        parser.add_argument(
            "--level",
            choices=list(Level),
            default=Level.INFO,
            help="show nothing less grave than this (default: info)",
        )
        parser.add_argument("--json", action="store_true", help="lines of JSON, see above")

    def handle(self, **options: Any) -> None:
        self.totals: Counter[str] = Counter(dict.fromkeys(["items", *Level, "waived", "failed_checks"], 0))
        missing = set(options["slugs"])
        for content in _contents(options):
            missing.discard(content.slug)
            self._lint(content, Level(options["level"]), as_json=options["json"])
        self._sum_up(options["json"])
        if missing:
            raise CommandError(f"There is no {_listed(missing)}.", returncode=2)
        if self.totals[Level.ERROR] or self.totals["failed_checks"]:
            raise CommandError("There is something to mend.", returncode=1)

    def _lint(self, content: Publishable, least: Level, *, as_json: bool) -> None:
        findings = lint(content)
        accepted = waived(content, findings)
        self.totals["items"] += 1
        for finding in findings:
            self.totals["waived" if finding in accepted else finding.level] += 1
            self.totals["failed_checks"] += finding.rule == CHECK_FAILED
        shown = [finding for finding in findings if finding.level.rank <= least.rank]
        if as_json:
            self.stdout.write(json.dumps(_described(content, shown, accepted), ensure_ascii=False))
        elif shown:
            self._print(content, shown, accepted)

    def _print(self, content: Publishable, findings: list[Finding], accepted: list[Finding]) -> None:
        self.stdout.write(
            self.style.MIGRATE_HEADING(f"{content.kind} {content.slug}: {_plain(content.title)}")
        )
        for finding in findings:
            place = f"{finding.field}:{finding.line}" if finding.line else finding.field
            waiver = " (waived)" if finding in accepted else ""
            level = self._coloured(finding.level)
            self.stdout.write(f"  {level} {place} [{finding.rule}]{waiver} {_plain(finding.message)}")
            if finding.level is not Level.INFO:
                indented = [finding.excerpt] if finding.excerpt else []
                for words in [*indented, f"-> {finding.fix}"]:
                    self.stdout.write(f"          {_plain(words)}")
        self.stdout.write("")

    def _coloured(self, level: Level) -> str:
        padded = f"{level:<7}"
        styles = {Level.ERROR: self.style.ERROR, Level.WARNING: self.style.WARNING}
        return str(styles[level](padded)) if level in styles else padded

    def _sum_up(self, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(self.totals))
            return
        totals = self.totals
        self.stdout.write(
            f"{totals['items']} checked: {totals[Level.ERROR]} errors, {totals[Level.WARNING]} warnings, "
            f"{totals[Level.INFO]} infos; {totals['waived']} waived; {totals['failed_checks']} checks failed."
        )


def _contents(options: dict[str, Any]) -> Iterator[Publishable]:
    """A few rows in memory at a time."""
    for kind, model in sorted(KINDS.items()):
        if options["kind"] in (None, kind):
            rows = _chosen(model._default_manager.order_by("pk"), options["slugs"], options["status"])
            yield from rows.iterator(chunk_size=CHUNK)


def _chosen[T: Publishable](rows: QuerySet[T], slugs: list[str], status: str | None) -> QuerySet[T]:
    if slugs:
        rows = rows.filter(slug__in=slugs)
    if status == "all" or (slugs and not status):
        return rows
    return rows.filter(status__in=[status] if status else ["draft", "published"])


def _described(content: Publishable, findings: list[Finding], accepted: list[Finding]) -> dict[str, Any]:
    described = [
        {
            "rule": finding.rule,
            "level": finding.level,
            "field": finding.field,
            "line": finding.line,
            "message": finding.message,
            "fix": finding.fix,
            "excerpt": finding.excerpt,
            "fingerprint": finding.fingerprint,
            "waived": finding in accepted,
        }
        for finding in findings
    ]
    return {
        "kind": content.kind,
        "slug": content.slug,
        "title": content.title,
        "status": content.status,
        "findings": described,
    }


def _plain(text: str) -> str:
    """On one line, without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _listed(slugs: set[str]) -> str:
    return ", ".join(f"“{_plain(slug)}”" for slug in sorted(slugs))
