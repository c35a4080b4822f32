"""Listings on a phone: they scroll sideways, and nobody wants to scroll far."""

from collections.abc import Iterator

from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule

SCREEN = 37
"""Characters of a listing that a phone shows: 390 px less two gutters of 20 and two paddings of 20, in 8.4 px each
(`.code pre` of prose.css: 14 px JetBrains Mono, whose letters are 0.6 em wide)."""
WIDEST = 2 * SCREEN + 5
"""Characters: two screens, and never narrower than what PEP 8 gives a line, 79."""


@rule("code-wide", Level.INFO)
def wide_listing(text: Checked) -> Iterator[Problem]:
    """A listing with lines that a phone shows in three screens or more."""
    for listing in text.listings:
        rows = listing.code.expandtabs(4).splitlines()
        wide = [number for number, row in enumerate(rows) if len(row.rstrip()) > WIDEST]
        if wide:
            longest = max(len(row.rstrip()) for row in rows)
            yield Problem(
                f"{_lines(len(wide))} of a listing longer than {WIDEST} characters (the longest has {longest}): "
                f"a phone shows {SCREEN} at a time, and readers scroll sideways.",
                "Break the lines where the language allows it.",
                excerpt=rows[wide[0]].strip()[:80],
                line=listing.line + wide[0],
            )


def _lines(count: int) -> str:
    return "One line is" if count == 1 else f"{count} lines are"
