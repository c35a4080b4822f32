"""Headings: the outline that readers skim and screen readers jump through."""

from collections.abc import Iterator

from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule


@rule("heading-empty", Level.WARNING)
def empty_heading(text: Checked) -> Iterator[Problem]:
    """A heading without words."""
    for heading in text.headings:
        if not heading.text:
            yield Problem(
                "A heading is empty.",
                "Write what the section says, or take the line out.",
                excerpt="#" * heading.level,
                line=heading.line,
            )


@rule("heading-level-1", Level.WARNING)
def first_level(text: Checked) -> Iterator[Problem]:
    """A heading of the first level, which belongs to the headline."""
    for heading in text.headings:
        if heading.level == 1 and heading.text:
            yield Problem(
                f"“{heading.text}” is a heading of the first level; that is the headline's.",
                "Begin sections with ##, and what is below them with ###.",
                excerpt=heading.text,
                line=heading.line,
            )


@rule("heading-order", Level.WARNING)
def skipped_level(text: Checked) -> Iterator[Problem]:
    """A heading two or more levels below the one before it."""
    levels = [heading.level for heading in text.headings if heading.text]
    above = max(1, min(levels, default=2) - 1)  # the headline, or whatever an imported text begins with
    for heading in text.headings:
        if not heading.text:
            continue
        if heading.level > above + 1:
            yield Problem(
                f"“{heading.text}” is of level {heading.level}, directly below level {above}.",
                f"Use {'#' * (above + 1)}, so that no level is left out.",
                excerpt=heading.text,
                line=heading.line,
            )
        above = heading.level


@rule("heading-duplicate", Level.WARNING)
def duplicate_heading(text: Checked) -> Iterator[Problem]:
    """Two sections of one part with the same heading."""
    outline: list[tuple[int, str]] = []
    seen: dict[tuple[tuple[int, str], ...], int] = {}
    for heading in text.headings:
        if not heading.text:
            continue
        while outline and outline[-1][0] >= heading.level:
            outline.pop()
        outline.append((heading.level, heading.text.casefold()))
        first = seen.setdefault(tuple(outline), heading.line)
        if first != heading.line:
            yield Problem(
                f"“{heading.text}” is the heading of two sections (the other begins in line {first}).",
                "Say in each heading what is different about its section.",
                excerpt=heading.text,
                line=heading.line,
            )
