"""What looks like a speaker's name before a colon."""

import re

_LONGEST = 48
_WORDS = 6
_PARTICLES = frozenset(
    {"and", "of", "the", "de", "da", "van", "von", "der", "den", "di", "la", "le", "du", "bin", "al"}
)
_ALLOWED = re.compile(r"[^\W_](?:[\w .,'’&()/#+-]*[\w.)])?\Z")


def is_label(text: str) -> bool:
    """`Wes Bos`, `Mireille B. Reece, Psy.D`, `MAN 2`, `Łukasz`: short, and its words have capitals."""
    if len(text) > _LONGEST or not _ALLOWED.match(text) or "  " in text:
        return False
    words = text.split(" ")
    return len(words) <= _WORDS and not words[0][0].isdigit() and all(map(_is_name, words))


def split(line: str) -> tuple[str, str] | None:
    """`Name: text` as name and text; None when the line begins with no name."""
    label, colon, rest = line[: _LONGEST + 2].partition(":")
    if not colon or not (not rest or rest[0].isspace()) or not is_label(label):
        return None
    return label, line[len(label) + 1 :].strip()


def _is_name(word: str) -> bool:
    first = word.lstrip("(")[:1]
    return (
        word in _PARTICLES
        or first.isdigit()
        or (first.isalpha() and not first.islower())
        or first in ("&", "#")
    )
