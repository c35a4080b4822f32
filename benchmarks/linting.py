"""Imports sets of real articles into a database of their own, lints them, and prints docs/linting.md's table.

    .venv/bin/python benchmarks/linting.py ../shared/data/articles/* [--rounds 3] [--errors]

Milliseconds are wall time for one article that is in memory already, queries included: the median of the rounds for
each article, then median and 95th percentile over the set. `--errors` lists what was found instead.
"""

import argparse
import io
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import surroundings  # noqa: E402

HEAD = "| set | articles | errors | warnings | infos | most frequent | median ms | p95 ms |"


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("sets", nargs="+", type=Path, help="directories that import_articles can read")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--errors", action="store_true", help="list errors and warnings, not the table")
    chosen = options.parse_args()
    surroundings.with_servers("linting")
    print("" if chosen.errors else f"{HEAD}\n|{'---|' * 8}")
    for directory in chosen.sets:
        articles = imported(directory.resolve())
        if chosen.errors:
            listed(articles)
        else:
            print(row(directory.name, articles, chosen.rounds), flush=True)


def imported(directory: Path) -> list[Any]:
    """The set's articles; a set is imported once and found again in the next run."""
    from django.core.management import CommandError, call_command

    from articles.models import Article
    from publishing.models import ImportRecord

    source = directory.name
    if not ImportRecord.objects.filter(source__endswith=source).exists():
        try:
            call_command("import_articles", str(directory), "--json", stdout=io.StringIO())
        except CommandError as error:
            if error.returncode != 1:  # 1: some file was refused; the others are there
                raise
    items = ImportRecord.objects.filter(source__endswith=source).values("item")
    return list(Article.objects.filter(item__in=items).order_by("pk"))


def row(name: str, articles: list[Any], rounds: int) -> str:
    from publishing.linter import lint

    taken: dict[int, list[float]] = {}
    for _ in range(rounds):
        for article in articles:
            began = time.perf_counter()
            lint(article)
            taken.setdefault(article.pk, []).append((time.perf_counter() - began) * 1000)
    findings = [finding for article in articles for finding in lint(article)]
    levels = Counter(finding.level.value for finding in findings)
    rules = Counter(finding.rule for finding in findings if finding.level != "info")
    frequent = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(5)) or "none"
    times = [statistics.median(times) for times in taken.values()]
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else sum(times)
    return (
        f"| {name} | {len(articles)} | {levels['error']} | {levels['warning']} | {levels['info']} | {frequent} "
        f"| {statistics.median(times or [0]):.0f} | {p95:.0f} |"
    )


def listed(articles: list[Any]) -> None:
    from publishing.linter import lint

    for article in articles:
        for finding in lint(article):
            if finding.level != "info":
                print(
                    f"{finding.level} {finding.rule} {article.slug}:{finding.line} {finding.excerpt[:110]!r} {finding.message[:110]}"
                )


if __name__ == "__main__":
    main()
