"""What the linter says about one version of the content, each problem with the waiver that lets it stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from publishing import linter, revisions
from publishing.models import Publishable, Waiver


@dataclass(frozen=True, slots=True)
class Note:
    finding: linter.Finding
    waiver: Waiver | None = None

    @property
    def blocks(self) -> bool:
        """Whether it cannot be published with it."""
        return self.finding.level is linter.Level.ERROR and self.waiver is None

    @property
    def weight(self) -> str:
        """Its level in words."""
        words = {"error": "Stops publishing", "warning": "Worth a look", "info": "For your information"}
        return "Let stay" if self.waiver else words[self.finding.level]


@contextmanager
def as_newest(content: Publishable) -> Iterator[Any]:
    """The content as its newest revision has it, whether readers get that yet or not. Nothing is changed for good."""
    if not content.has_edits_waiting:
        yield content
        return
    with revisions.as_if(content, revisions.newest(content).snapshot) as proposed:
        yield proposed


def notes_on(content: Publishable) -> list[Note]:
    """About the content as it is in memory, which may be unsaved; gravest first."""
    waivers = Waiver.objects.filter(item=content.item_id).select_related("by") if content.item_id else []
    known = {(waiver.rule, waiver.fingerprint): waiver for waiver in waivers}
    return [Note(found, known.get((found.rule, found.fingerprint))) for found in linter.lint(content)]


def notes_on_newest(content: Publishable) -> list[Note]:
    with as_newest(content) as proposed:
        return notes_on(proposed)
