"""The body as a whole."""

import re
from collections.abc import Iterator

from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)")
_WORDS_A_MINUTE = 230
_FEWEST = 100


@rule("body-empty", Level.ERROR)
def empty_body(text: Checked) -> Iterator[Problem]:
    """Nothing to read."""
    shows = text.passages or text.listings or text.pictures or text.links or text.has_player
    if text.has_body and not text.too_complex and not shows:
        yield Problem("There is no text.", "Write it.")


@rule("body-too-complex", Level.ERROR)
def too_complex(text: Checked) -> Iterator[Problem]:
    """A text that cannot be laid out."""
    if text.too_complex:
        yield Problem(text.too_complex, "Divide the text, or make its markup simpler.")


@rule("reading", Level.INFO)
def reading_level_and_time(text: Checked) -> Iterator[Problem]:
    """How long it takes to read, and how hard that is."""
    prose = [passage.text for passage in text.passages if passage.is_paragraph]
    words = [word for passage in prose for word in _WORD.findall(passage)]
    if len(words) < _FEWEST:
        return
    sentences = sum(max(1, len(_SENTENCE_END.findall(passage))) for passage in prose)
    grade = automated_readability(sum(map(len, words)), len(words), sentences)
    minutes = max(1, round(len(words) / _WORDS_A_MINUTE))
    yield Problem(
        f"{len(words):,} words, about {minutes} min. School grade {grade}, {len(words) / sentences:.0f} words a sentence.",
        "Grade 8 to 10 is read with ease, 14 and more with effort: shorter sentences and words bring it down.",
        excerpt="reading",
    )


def automated_readability(letters: int, words: int, sentences: int) -> int:
    """The school grade (US) of an English text, 0 to 20.

    R. J. Senter, E. A. Smith: Automated Readability Index. AMRL-TR-66-220, 1967. It counts letters where
    Flesch and Kincaid count syllables, so it needs no dictionary and no guess.
    """
    return min(20, max(0, round(4.71 * letters / words + 0.5 * words / sentences - 21.43)))
