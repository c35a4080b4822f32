from dataclasses import dataclass

from publishing.linter.findings import Level

__all__ = ["Finding", "Level"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a feed. Everything in it may hold what a stranger wrote.

    `line` counts from 1 in the document; `item` is the title (or guid) of the episode it is about, "" for the show.
    """

    level: Level
    rule: str
    line: int
    message: str
    fix: str
    item: str = ""
