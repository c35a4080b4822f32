"""The bytes of a feed as a tree, whatever state it is in: strictly, else repaired, else by the most lenient reader there is."""

from dataclasses import dataclass, field

from core.xml import Element, Refused, tree
from episodes.importers import lenient
from episodes.importers.decoding import decoded, windows_letters
from episodes.importers.repairing import DECLARATION, NO_DOCUMENT_TYPE, repaired

MOST_BYTES = 50_000_000
MOST_LENIENT = 3_000_000  # bytes; the lenient reader takes seconds for each million


@dataclass(frozen=True, slots=True)
class Document:
    """`told`: a sentence for each thing that was not as it should be. `encoding` is that of the bytes."""

    root: Element
    encoding: str = "utf-8"
    told: list[str] = field(default_factory=list)


def read(data: bytes, content_type: str = "") -> Document:
    """`content_type` is that of the answer that brought it. Raises Refused, with the line and a sentence."""
    if len(data) > MOST_BYTES:
        raise Refused(1, f"The feed is larger than {MOST_BYTES // 1_000_000} MB.")
    if not data.strip():
        raise Refused(1, "The feed is empty.")
    text, encoding, told = decoded(data, content_type)
    text = windows_letters(text)
    try:
        root = tree(DECLARATION.sub("", text, count=1).encode())
    except Refused as error:
        strict = error
    else:
        return Document(root, encoding, told)
    text, repairs = repaired(text)
    if "<" not in text:
        raise Refused(strict.line, "This is no feed: there is not one element in it.")
    plain = text.encode()
    try:
        return Document(tree(plain), encoding, [*told, *repairs] or [str(strict)])
    except Refused as error:
        if str(error) in (NO_DOCUMENT_TYPE, _TOO_LARGE) or len(plain) > MOST_LENIENT:
            raise
        broken = f"Line {error.line}: {error} It was read as well as it could be."
        return Document(lenient.tree(plain, error), encoding, [*told, *repairs, broken])


_TOO_LARGE = "This document is nested too deeply, or too large."
