"""The table of all rules. Each is a row: an id, a level, where it looks, a sentence, how to mend it; and a small function."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.xml import Element
from publishing.podcast_check.feed import NAMESPACES, Feed
from publishing.podcast_check.findings import Finding, Level

LONGEST_SHOWN = 80
DOCUMENT, CHANNEL, ITEM, LIVE = "document", "channel", "item", "live"
"""`live` is a podcast:liveItem; `item/enclosure` is each enclosure of each item; `channel|item/…` means both."""


class Spot(NamedTuple):
    """Where something is wrong, and what the sentence fills in."""

    line: int
    values: dict[str, object]
    item: Element | None = None


type Check = Callable[[Element, Feed], Iterator[Spot]]
type Key = tuple[str, str, str]  # document, channel, item or live; a child's namespace and name, "" for none


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    level: Level
    where: str
    sentence: str
    fix: str
    check: Check

    def findings(self, element: Element, feed: Feed, item: Element | None) -> Iterator[Finding]:
        for spot in self.check(element, feed):
            values = {name: shown(str(value)) for name, value in spot.values.items()}
            about = title_of(spot.item or item)
            message, fix = self.sentence.format(**values), self.fix.format(**values)
            yield Finding(self.level, self.id, spot.line, message, fix, about)


TABLE: dict[str, Rule] = {}
_PLACES: dict[Key, list[Rule]] = defaultdict(list)


def rule(id: str, level: Level, where: str, sentence: str, fix: str) -> Callable[[Check], Check]:
    """Put a function into the table. It yields a Spot for each thing that is wrong with an element."""

    def register(check: Check) -> Check:
        assert id not in TABLE, f"two rules are called {id}"
        TABLE[id] = row = Rule(id, level, where, sentence, fix, check)
        for key in _keys(where):
            _PLACES[key].append(row)
        return check

    return register


def rules_for(kind: str, child: Element | None = None) -> list[Rule]:
    return _PLACES.get((kind, child.namespace, child.name) if child else (kind, "", ""), [])


def at(element: Element, **values: object) -> Spot:
    return Spot(element.line, values)


def shown(text: str) -> str:
    """Short enough for a sentence, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def title_of(item: Element | None) -> str:
    if item is None:
        return ""
    return shown(item.text_of("title") or item.text_of("guid") or "(no title)")


def _keys(where: str) -> Iterator[Key]:
    kinds, _, child = where.partition("/")
    prefix, _, name = child.rpartition(":")
    for kind in kinds.split("|"):
        yield kind, NAMESPACES[prefix] if prefix else "", name
