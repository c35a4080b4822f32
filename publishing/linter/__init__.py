"""Checks content before readers see it. Errors block publishing, warnings advise, infos inform.

A rule is one function in one file of `publishing/linter/rules/`, or in the `rules.py` of a kind's own app:

    @rule("image-alt", Level.ERROR)
    def missing_alt(text: Checked) -> Iterator[Problem]:
        for picture in text.pictures:
            if not picture.alt:
                yield Problem("…", fix="…", excerpt=picture.src, line=picture.line)
"""

from publishing.linter.checked import Checked
from publishing.linter.findings import Finding, Level, Problem
from publishing.linter.registry import CHECK_FAILED, RULES, Rule, rule
from publishing.linter.running import blocking, lint, waived

__all__ = [
    "CHECK_FAILED",
    "RULES",
    "Checked",
    "Finding",
    "Level",
    "Problem",
    "Rule",
    "blocking",
    "lint",
    "rule",
    "waived",
]
