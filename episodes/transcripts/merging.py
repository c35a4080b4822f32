"""Changes of a transcript as what was cut out and put in, so that a save sends little and two people's changes can meet.

A row is a cue as it is stored: [start, end, speaker, text].
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from media_pipeline.playing import clock

type Row = list[Any]
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Splice:
    """From the row `at` on, `gone` rows are taken out and `rows` are put in their place."""

    at: int
    gone: int
    rows: Sequence[Row]

    @property
    def end(self) -> int:
        return self.at + self.gone


class Change(NamedTuple):
    """What somebody else changed, for people: a time, and the words before and after ("" where there were none)."""

    clock: str
    before: str
    after: str


def spliced(rows: Sequence[Row], splices: Sequence[Splice]) -> list[Row]:
    """The rows with the splices applied, which are in order and do not overlap. Raises ValueError if they are not."""
    made: list[Row] = []
    done = 0
    for splice in splices:
        if splice.at < done or splice.gone < 0 or splice.end > len(rows):
            raise ValueError("these changes do not fit the transcript")
        made += rows[done : splice.at]
        made += splice.rows
        done = splice.end
    return [*made, *rows[done:]]


def difference(before: Sequence[Row], after: Sequence[Row]) -> list[Splice]:
    """How `before` becomes `after`."""
    head, tail = _shared(before, after)
    old = [tuple(row) for row in before[head : len(before) - tail]]
    new = [tuple(row) for row in after[head : len(after) - tail]]
    codes = SequenceMatcher(None, old, new).get_opcodes()
    return [
        Splice(head + low, high - low, after[head + first : head + last])
        for what, low, high, first, last in codes
        if what != "equal"
    ]


def merged(before: Sequence[Row], mine: Sequence[Splice], theirs: Sequence[Row]) -> list[Row]:
    """Mine and theirs, both made from `before`; where both changed the same rows, mine stay."""
    others = [splice for splice in difference(before, theirs) if not any(_meet(splice, own) for own in mine)]
    return spliced(before, sorted([*mine, *others], key=lambda splice: (splice.at, splice.end)))


def clashes(before: Sequence[Row], mine: Sequence[Splice], theirs: Sequence[Row]) -> int:
    """How many of their changes meet one of mine."""
    return sum(any(_meet(splice, own) for own in mine) for splice in difference(before, theirs))


def changes(before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    """The first MOST_SHOWN differences."""
    return list(_shown(before, difference(before, after)[:MOST_SHOWN]))


def _shown(before: Sequence[Row], splices: Iterable[Splice]) -> Iterator[Change]:
    for splice in splices:
        old = before[splice.at : splice.end]
        start = next((row[0] for row in [*old, *splice.rows] if row[0] is not None), None)
        yield Change("" if start is None else clock(start / 1000), _words(old), _words(splice.rows))


def _words(rows: Sequence[Row]) -> str:
    return "\n".join(f"{speaker}: {text}" if speaker else text for _, _, speaker, text in rows)[:1000]


def _meet(one: Splice, other: Splice) -> bool:
    """Two insertions at one place meet, too: nobody knows their order."""
    return (
        one.at <= other.end and other.at <= one.end
        if one.gone == 0 or other.gone == 0
        else _overlap(one, other)
    )


def _overlap(one: Splice, other: Splice) -> bool:
    return one.at < other.end and other.at < one.end


def _shared(before: Sequence[Row], after: Sequence[Row]) -> tuple[int, int]:
    """How many rows are the same at the beginning, and at the end."""
    most = min(len(before), len(after))
    head = next((at for at in range(most) if before[at] != after[at]), most)
    rest = most - head
    tail = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return head, tail
