"""Names of people we know, spelled a little differently."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice, pairwise

from rapidfuzz.distance import OSA

from core.markdown.reading import Passage, passages_of
from publishing.linter.checked import Checked
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
type Word = tuple[str, int, int]
"""(word, start, end)"""


@rule("name-spelling", Level.WARNING)
def misspelled_name(text: Checked) -> Iterator[Problem]:
    """Almost the name of somebody in People."""
    prose = [(field, passage, _words(passage)) for field, passage in _prose(text)]
    vocabulary = {_singular(word) for _, _, words in prose for word, _, _ in words}
    if not any(word[0].isupper() for word in vocabulary):
        return
    known = _Known(text.people, vocabulary)
    compared: dict[Name, Name | None] = {}
    for field, passage, said in prose:
        for words, start in _sequences(passage, said, known):
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
    """Names by each of their words: a slip is in one word, and another of the same name is right.

    Names none of whose words are in the text are left out.
    """

    def __init__(self, names: list[str], vocabulary: set[str]) -> None:
        self.names = {name for name in map(_name, names) if not vocabulary.isdisjoint(name)}
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


@lru_cache(maxsize=10_000)
def _name(text: str) -> Name:
    """The words of a person's name; none if it is one word, or the name of several or of a thing."""
    words = tuple(word.rstrip(".") for word in _WORD.findall(text))
    return words if 2 <= len(words) <= _LONGEST_NAME and not re.search(r"[\d&,/(]", text) else ()


def _sequences(passage: Passage, words: list[Word], known: _Known) -> Iterator[tuple[Name, int]]:
    """Words next to each other, as many as a name has and with a capital at both ends, around each known word."""
    hits = [index for index, (word, _, _) in enumerate(words) if _singular(word) in known.words]
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
                yield (*name[:-1], _singular(name[-1])), run[0][1]


def _singular(word: str) -> str:
    """Without the 's of a possessive."""
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word


def _adjoin(passage: Passage, run: list[Word]) -> bool:
    """Whether only spaces are between them: “Ana. Lima” is two sentences."""
    return all(passage.text[a[2] : b[1]].strip(" \n") == "" for a, b in pairwise(run))


def _words(passage: Passage) -> list[Word]:
    return [(match[0].rstrip("."), match.start(), match.end()) for match in _WORD.finditer(passage.text)]


def _prose(text: Checked) -> Iterator[tuple[str, Passage]]:
    for field in ("headline", "standfirst", "summary", "hero_caption"):
        for passage in passages_of(text.plain(field)):
            yield field, passage
    for passage in text.passages:
        yield "body", passage
