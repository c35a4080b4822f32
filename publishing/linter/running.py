"""Runs the rules over one piece of content."""

import logging
from collections.abc import Iterable, Iterator

from django.db import DatabaseError

from publishing.linter.checked import Checked
from publishing.linter.findings import Finding, Level, Problem
from publishing.linter.registry import CHECK_FAILED, RULES, Rule
from publishing.models import Publishable, Waiver

MOST_OF_A_RULE = 100
"""Findings of one rule in one text; whoever has mended these sees the next."""
_MORE = Problem("There is more of this kind.", "Mend what is listed, and check again.", excerpt="more")

logger = logging.getLogger(__name__)


def lint(content: Publishable) -> list[Finding]:
    """What is wrong with it as it is in memory, gravest first, then in the order of the text. Saves nothing."""
    text = Checked(content)
    found = [finding for rule in RULES.values() if rule.is_for(text.kind) for finding in _run(rule, text)]
    return sorted(found, key=lambda finding: (finding.level.rank, finding.line or 0))


def waived(content: Publishable, findings: Iterable[Finding]) -> list[Finding]:
    """Those that somebody took responsibility for."""
    waivers = set(Waiver.objects.filter(item=content.item_id).values_list("rule", "fingerprint"))
    return [finding for finding in findings if (finding.rule, finding.fingerprint) in waivers]


def blocking(content: Publishable) -> list[Finding]:
    """The errors nobody has waived: while there are any, it cannot be published."""
    errors = [finding for finding in lint(content) if finding.level is Level.ERROR]
    accepted = waived(content, errors) if errors else []
    return [error for error in errors if error not in accepted]


def _run(rule: Rule, text: Checked) -> Iterator[Finding]:
    try:
        for number, problem in enumerate(rule.check(text)):
            if number == MOST_OF_A_RULE:
                yield _finding(rule, _MORE)
                return
            yield _finding(rule, problem)
    except DatabaseError:
        raise  # whoever called is in a broken transaction and must know
    except Exception:
        logger.exception("The linter's rule %s failed on %s %s", rule.id, text.kind, text.content.pk)
        yield Finding(
            CHECK_FAILED,
            Level.WARNING,
            rule.field,
            f"The check “{rule.id}” failed, so nobody knows what it would have found.",
            "Look with your own eyes, and tell whoever runs this site: the reason is in the log.",
            excerpt=rule.id,
        )


def _finding(rule: Rule, problem: Problem) -> Finding:
    place = problem.field or rule.field
    return Finding(rule.id, rule.level, place, problem.message, problem.fix, problem.excerpt, problem.line)
