"""What differs between two texts, word by word, at a bounded cost whatever the texts are.

Paragraphs are aligned first, within what was replaced lines, and within those words. Where that would cost too much,
everything between the first and the last difference counts as replaced.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate, pairwise, zip_longest
from typing import Literal, NamedTuple

STEPS = 1_000_000
"""How many pairs of equal units may be looked at for one comparison: about half a second."""
_SPAN = 100  # what a span costs to build and to show, in steps
_CONTEXT = 300  # characters shown around a change, at most
_NEAREST = 60  # and at least
_WORTH_FOLDING = 240

_PARAGRAPH_END = re.compile(r"(?<=\n\n)(?=[^\n])")
_LINE = re.compile(r"\s*+[^\n]+\n?|\s+")
_WORD = re.compile(r"\s*+(?:\w+(?:['’]\w+)*|[^\w\s])|\s+")

type Op = Literal["equal", "delete", "insert"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text that both have, or only the earlier (delete) or the later one (insert)."""

    op: Op
    text: str

    @property
    def marks(self) -> str:
        """What makes white space visible where nothing else was added or taken; empty if there are words."""
        if self.op == "equal" or not self.text.isspace():
            return ""
        return self.text[:20].replace("\n", "↵").replace("\t", "⇥").replace(" ", "␣")


@dataclass(frozen=True, slots=True)
class Passage:
    """Spans to be read together. `folded` says what they are if nothing in them changed: “14 unchanged paragraphs”."""

    spans: tuple[Span, ...]
    folded: str = ""


class Region(NamedTuple):
    """Where two texts are the same or not: characters `a` to `a_end` of the earlier, `b` to `b_end` of the later one."""

    same: bool
    a: int
    a_end: int
    b: int
    b_end: int

    @property
    def size(self) -> int:
        return max(self.a_end - self.a, self.b_end - self.b)


class TooDifferent(Exception):
    """Going on would cost more than the comparison is worth."""


class Effort:
    """What one comparison may still cost. No single step of it takes more than half of what is left."""

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int, *, keep: int = 0) -> None:
        if steps > self.left - keep:
            raise TooDifferent
        self.left -= steps


class BoundedMatcher(SequenceMatcher[str]):
    """difflib's, which counts the steps it is going to take: some inputs make it quadratic, or worse."""

    b2j: dict[str, list[int]]  # documented by difflib; the stubs lack it

    def __init__(self, a: list[str], b: list[str], effort: Effort) -> None:
        super().__init__(None, a, b, autojunk=False)
        self.effort, self.keep = effort, effort.left // 2
        self.costs = [0, *accumulate(1 + len(self.b2j.get(unit, ())) for unit in a)]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        end = len(self.costs) - 1 if ahi is None else ahi
        self.effort.spend(self.costs[end] - self.costs[alo], keep=self.keep)
        return super().find_longest_match(alo, ahi, blo, bhi)


def differences(before: str, after: str, effort: Effort) -> tuple[list[Span], bool]:
    """The spans that make up both texts, and whether all of them were compared word by word."""
    regions, exact = _refined(before, after, effort, LEVELS)
    return list(_joined(_spans(before, after, regions))), exact


def replaced(before: str, after: str) -> list[Span]:
    """One value in the place of another."""
    spans = [Span("delete", before), Span("insert", after)]
    return [span for span in spans if span.text]


# --- aligning ---------------------------------------------------------------------------------------------------------


def paragraphs(text: str) -> list[str]:
    """Joined they are the text again; so are lines and words."""
    return _PARAGRAPH_END.split(text)


def lines(text: str) -> list[str]:
    """Each with the white space before it, so that empty lines are not what aligns two texts."""
    return _LINE.findall(text)


def words(text: str) -> list[str]:
    """Each, and each punctuation mark, with the white space before it."""
    return _WORD.findall(text)


LEVELS: tuple[Callable[[str], list[str]], ...] = (paragraphs, lines, words)


def _refined(
    before: str, after: str, effort: Effort, levels: Iterable[Callable[[str], list[str]]]
) -> tuple[list[Region], bool]:
    split, *finer = levels
    regions, exact = _aligned(split(before), split(after), effort)
    if not finer:
        peeled = [part for region in regions for part in _without_space(region, before, after)]
        return _readable(peeled), exact
    found, exact = [], True
    for region in regions:
        if region.same or region.a == region.a_end or region.b == region.b_end:
            found.append(region)
            continue
        inner, well = _refined(before[region.a : region.a_end], after[region.b : region.b_end], effort, finer)
        found += [_moved(part, region.a, region.b) for part in inner]
        exact = exact and well
    return found, exact


def _aligned(a: list[str], b: list[str], effort: Effort) -> tuple[list[Region], bool]:
    """Same and replaced regions; and whether that is all that can be said, or it was too much to look at."""
    head = _common(zip(a, b, strict=False))
    tail = _common(zip(reversed(a[head:]), reversed(b[head:]), strict=False))
    a_end, b_end = len(a) - tail, len(b) - tail
    try:
        inner = _opcodes(a[head:a_end], b[head:b_end], effort)
    except TooDifferent:
        inner, exact = [(False, 0, a_end - head, 0, b_end - head)], False
    else:
        exact = True
    middle = [(same, i + head, ii + head, j + head, jj + head) for same, i, ii, j, jj in inner]
    units = [(True, 0, head, 0, head), *middle, (True, a_end, len(a), b_end, len(b))]
    in_a, in_b = [0, *accumulate(map(len, a))], [0, *accumulate(map(len, b))]
    regions = [Region(same, in_a[i], in_a[ii], in_b[j], in_b[jj]) for same, i, ii, j, jj in units]
    return [region for region in regions if region.size], exact


def _opcodes(a: list[str], b: list[str], effort: Effort) -> list[tuple[bool, int, int, int, int]]:
    """White space around a unit does not keep it from being found again, but makes it differ."""
    matcher = BoundedMatcher([unit.strip() for unit in a], [unit.strip() for unit in b], effort)
    found: list[tuple[bool, int, int, int, int]] = []
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag != "equal":
            found.append((False, i, i_end, j, j_end))
            continue
        for one, other in zip(range(i, i_end), range(j, j_end), strict=True):
            same = a[one] == b[other]
            if same and found and found[-1][0]:
                found[-1] = (True, found[-1][1], one + 1, found[-1][3], other + 1)
            else:
                found.append((same, one, one + 1, other, other + 1))
    effort.spend(_SPAN * len(found))
    return found


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _moved(region: Region, a: int, b: int) -> Region:
    return Region(region.same, region.a + a, region.a_end + a, region.b + b, region.b_end + b)


def _without_space(region: Region, before: str, after: str) -> Iterator[Region]:
    """The region without the white space before it that both have; of a word that only moved, that space alone."""
    same, a, a_end, b, b_end = region
    old, new = before[a:a_end], after[b:b_end]
    if same or not old or not new:
        yield region
        return
    spaces = old[: len(old) - len(old.lstrip())], new[: len(new) - len(new.lstrip())]
    both = _common(zip(*spaces, strict=False))
    a_core, b_core = (
        (a + len(spaces[0]), b + len(spaces[1])) if old.lstrip() == new.lstrip() else (a_end, b_end)
    )
    parts = (
        Region(True, a, a + both, b, b + both),
        Region(False, a + both, a_core, b + both, b_core),
        Region(True, a_core, a_end, b_core, b_end),
    )
    yield from (part for part in parts if part.size)


def _readable(regions: list[Region]) -> list[Region]:
    """Without the odd word that two rewritten passages happen to share: what both its neighbours outweigh is one change."""
    kept: list[Region] = []
    for region in regions:
        if kept and region.same == kept[-1].same:
            region = Region(region.same, kept[-1].a, region.a_end, kept.pop().b, region.b_end)
        kept.append(region)
        while len(kept) >= 3 and _is_accident(*kept[-3:]):
            first, _, last = kept[-3:]
            kept[-3:] = [Region(False, first.a, last.a_end, first.b, last.b_end)]
    return kept


def _is_accident(left: Region, between: Region, right: Region) -> bool:
    is_between_changes = between.same and not left.same and not right.same
    return is_between_changes and between.size <= min(left.size, right.size)


def _spans(before: str, after: str, regions: list[Region]) -> Iterator[Span]:
    for region in regions:
        old, new = before[region.a : region.a_end], after[region.b : region.b_end]
        if region.same:
            yield Span("equal", new)
        else:
            yield from _paragraph_beside_paragraph(old, new)


def _paragraph_beside_paragraph(old: str, new: str) -> Iterator[Span]:
    pairs = list(zip_longest(paragraphs(old), paragraphs(new), fillvalue=""))
    for gone, come in pairs if len(pairs) <= 20 else [(old, new)]:
        yield from replaced(gone, come)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours of one kind are one."""
    texts: list[str] = []
    for span, following in pairwise([*spans, None]):
        assert span  # only the last is None
        texts.append(span.text)
        if following is None or following.op != span.op:
            yield Span(span.op, "".join(texts))
            texts = []


# --- folding ----------------------------------------------------------------------------------------------------------


def passages(spans: list[Span]) -> list[Passage]:
    """The spans with what is unchanged and far from any change set apart. Nothing is left out."""
    found: list[Passage] = []
    open_: list[Span] = []
    for place, span in enumerate(spans):
        head, middle, tail = _around(span, is_first=place == 0, is_last=place == len(spans) - 1)
        open_ += head
        if middle:
            found += [Passage(tuple(open_))] if open_ else []
            found.append(Passage((Span("equal", middle),), _unchanged(middle)))
            open_ = tail
    return [*found, Passage(tuple(open_))] if open_ else found


def _around(span: Span, *, is_first: bool, is_last: bool) -> tuple[list[Span], str, list[Span]]:
    """What is read with the change before, what can be folded, and what is read with the change after."""
    text = span.text
    if span.op != "equal" or len(text) < _WORTH_FOLDING:
        return [span], "", []
    begin = 0 if is_first else _end_of_context(text)
    end = len(text) if is_last else _start_of_context(text)
    if end - begin < _WORTH_FOLDING:
        return [span], "", []
    head, tail = text[:begin], text[end:]
    return [Span("equal", head)] if head else [], text[begin:end], [Span("equal", tail)] if tail else []


def _end_of_context(text: str) -> int:
    paragraph = text.find("\n\n", _NEAREST, _CONTEXT)
    if paragraph >= 0:
        return paragraph + 2
    space = text.rfind(" ", _NEAREST, _CONTEXT)
    return space + 1 if space >= 0 else _CONTEXT


def _start_of_context(text: str) -> int:
    furthest, nearest = max(0, len(text) - _CONTEXT), len(text) - _NEAREST
    paragraph = text.rfind("\n\n", furthest, nearest)
    if paragraph >= 0:
        return paragraph + 2
    space = text.find(" ", furthest, nearest)
    return space + 1 if space >= 0 else furthest


def _unchanged(text: str) -> str:
    whole = [paragraph for paragraph in paragraphs(text) if not paragraph.isspace()]
    count, unit = (len(whole), "paragraph") if len(whole) > 1 else (len(text.split()), "word")
    return f"{count:,} unchanged {unit}{'' if count == 1 else 's'}"
