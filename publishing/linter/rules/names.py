"""Names of people we know, spelled a little differently."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, islice, pairwise

from rapidfuzz.distance import OSA

from publishing.linter.checked import Checked
from publishing.linter.document import Passage, passages_of
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule

_WORD = re.compile(r"[^\W\d_]\.|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_FEWEST_LETTERS = 8
_LETTERS_FOR_TWO = 12
_LONGEST_NAME = 5
_MOST = 2_000
"""So many different sequences of capitalised words are compared in one text."""
_MOST_ALIKE = 100
"""With so many names that share a word each is compared."""

type Name = tuple[str, ...]


@rule("name-spelling", Level.WARNING)
def misspelled_name(text: Checked) -> Iterator[Problem]:
    """Almost the name of somebody in People."""
    if not any(_WORD.search(passage.text) for _, passage in _prose(text)):
        return
    known = _Known(text.people)
    compared: dict[Name, Name | None] = {}
    for field, passage in _prose(text):
        for words, start in _sequences(passage, known):
            if words not in compared and len(compared) < _MOST:
                compared[words] = known.nearly(words)
            if right := compared.get(words):
                yield Problem(
                    f"“{' '.join(words)}” is spelled “{' '.join(right)}” in People.",
                    "Correct it here, or there. If this is somebody else, leave it.",
                    excerpt=" ".join(words),
                    line=passage.line_at(start),
                    field=field,
                )


class _Known:
    """Names by each of their words: a slip is in one word, and another of the same name is right."""

    def __init__(self, names: list[str]) -> None:
        self.names = {name for name in map(_name, names) if 2 <= len(name) <= _LONGEST_NAME}
        self.lengths = sorted({len(name) for name in self.names})
        self.words = {word for name in self.names for word in name}
        self.by_word: dict[tuple[int, int, str], list[Name]] = defaultdict(list)
        for name in sorted(self.names):
            for place, word in enumerate(name):
                self.by_word[len(name), place, word].append(name)

    def nearly(self, words: Name) -> Name | None:
        """The name that these words miss by a letter or two; None if they are a name, or near none."""
        if words in self.names:
            return None
        alike = (self.by_word.get((len(words), place, word), []) for place, word in enumerate(words))
        candidates = islice(chain.from_iterable(alike), _MOST_ALIKE)
        return next((name for name in candidates if _is_slip(words, name)), None)


def _is_slip(words: Name, name: Name) -> bool:
    """Whether one word differs, by one letter of a short name or two of a long one; not by a plural."""
    different = [(a, b) for a, b in zip(words, name, strict=True) if a != b]
    if len(different) != 1:
        return False
    (written, right), letters = different[0], len("".join(name))
    if (
        letters < _FEWEST_LETTERS
        or min(len(written), len(right)) < 3
        or written in (f"{right}s", f"{right}es")
    ):
        return False
    allowed = 2 if letters >= _LETTERS_FOR_TWO and len(right) >= 7 else 1
    return OSA.distance(written, right, score_cutoff=allowed) <= allowed


def _name(text: str) -> Name:
    return tuple(word.rstrip(".") for word in _WORD.findall(text)) if not re.search(r"[\d&,/(]", text) else ()


def _sequences(passage: Passage, known: _Known) -> Iterator[tuple[Name, int]]:
    """Words next to each other, as many as a name has and with a capital at both ends, around each known word."""
    words = _words(passage)
    hits = [index for index, (word, _, _) in enumerate(words) if _POSSESSIVE.sub("", word) in known.words]
    for length in known.lengths:
        for first in sorted({index - back for index in hits for back in range(min(length, index + 1))}):
            run = words[first : first + length]
            name = tuple(word for word, _, _ in run)
            if (
                len(run) == length
                and name[0][0].isupper()
                and name[-1][0].isupper()
                and _adjoin(passage, run)
            ):
                yield (*name[:-1], _POSSESSIVE.sub("", name[-1])), run[0][1]


def _adjoin(passage: Passage, run: list[tuple[str, int, int]]) -> bool:
    """Whether only spaces are between them: “Ana. Lima” is two sentences."""
    return all(passage.text[a[2] : b[1]].strip(" \n") == "" for a, b in pairwise(run))


def _words(passage: Passage) -> list[tuple[str, int, int]]:
    return [(match[0].rstrip("."), match.start(), match.end()) for match in _WORD.finditer(passage.text)]


def _prose(text: Checked) -> Iterator[tuple[str, Passage]]:
    for field in ("headline", "standfirst", "summary", "hero_caption"):
        for passage in passages_of(text.plain(field)):
            yield field, passage
    for passage in text.passages:
        yield "body", passage
