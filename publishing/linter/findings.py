"""What a check says: where something is wrong, how grave it is, and how to mend it."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a finding means for publishing."""

    ERROR = "error"
    """Blocks publishing until it is mended or waived."""
    WARNING = "warning"
    """Advises: most editors would mend it."""
    INFO = "info"
    """Informs: nothing is wrong."""

    @property
    def rank(self) -> int:
        """0 is the gravest."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule yields. `field` only where it is not the rule's own; `line` counts from 1 in that field's text."""

    message: str
    fix: str
    excerpt: str = ""
    line: int | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of one text. `field` is a form field's name; `line` counts from 1 in that field's text."""

    rule: str
    level: Level
    field: str
    message: str
    fix: str
    excerpt: str = ""
    line: int | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) that stays the same when other text moves, so that a waiver covers this problem alone."""
        words = "\0".join([self.rule, self.field, self.excerpt or self.message])
        return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()
