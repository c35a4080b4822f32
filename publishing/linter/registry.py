"""All rules by their id. A rule registers itself when its file is loaded."""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules

from publishing.linter.findings import Level, Problem

if TYPE_CHECKING:
    from publishing.linter.checked import Checked

type Check = Callable[["Checked"], Iterator[Problem]]

CHECK_FAILED = "check-failed"
"""The id of the finding that says a rule itself is broken."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    level: Level
    field: str
    check: Check
    kinds: frozenset[str] | None = None
    """Kinds of content it is for; None: all."""

    def is_for(self, kind: str) -> bool:
        return self.kinds is None or kind in self.kinds


RULES: dict[str, Rule] = {}


def rule(
    identity: str, level: Level, field: str = "body", kinds: Collection[str] | None = None
) -> Callable[[Check], Check]:
    """Register a function as a rule. It yields a Problem for each thing that is wrong with the field.

    Raises ImproperlyConfigured when the id is taken: waivers are kept by it.
    """

    def register(check: Check) -> Check:
        if identity in RULES or identity == CHECK_FAILED:
            raise ImproperlyConfigured(f"There are two linter rules with the id “{identity}”.")
        RULES[identity] = Rule(identity, level, field, check, frozenset(kinds) if kinds else None)
        return check

    return register


def discover() -> None:
    """Load the rules beside this file, then the `rules` of every app."""
    from publishing.linter import rules

    for module in pkgutil.iter_modules(rules.__path__):
        importlib.import_module(f"{rules.__name__}.{module.name}")
    autodiscover_modules("rules")
