"""Input that would take too long is refused with a sentence, counted in steps and never in seconds.

The limits are many times what real articles need: the longest of a few hundred has 160 KB, nine levels of
nesting and paragraphs of 1,700 characters.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_BYTES = 1_000_000
MAX_PARAGRAPH = 50_000
MAX_BLOCK_NESTING = 30
MAX_INLINE_NESTING = 50
MAX_STEPS = 1_200_000
MAX_RAW_TAGS = 10_000
MAX_HIGHLIGHTED = 100_000
MAX_LINK_CHARACTERS = 2_000_000

# Not allowed in XML, so they would break the feeds; PostgreSQL refuses the first, UTF-8 the last
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class MarkdownTooComplex(ValueError):
    """The text is too long or too deeply nested; the message is written for its author."""


@dataclass(slots=True)
class Budget:
    """Work left for one rendering."""

    steps: int = MAX_STEPS
    raw_tags: int = MAX_RAW_TAGS
    highlighted: int = MAX_HIGHLIGHTED

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise MarkdownTooComplex("This text has too much markup to be laid out. Divide it into several.")

    def raw_tag(self) -> None:
        self.raw_tags -= 1
        if self.raw_tags < 0:
            raise MarkdownTooComplex(f"This text has more than {MAX_RAW_TAGS:,} HTML tags.")

    def highlight(self, characters: int) -> bool:
        """Whether a listing of this length may still be coloured."""
        self.highlighted -= characters
        return self.highlighted >= 0


def replace_unusable(text: str) -> str:
    return _UNUSABLE.sub("\ufffd", text)


def check_length(source: str) -> None:
    if len(source) > MAX_BYTES or len(source.encode()) > MAX_BYTES:
        raise MarkdownTooComplex(f"This text is longer than {MAX_BYTES:,} bytes.")


def plugin(md: MarkdownIt) -> None:
    everywhere: RuleOptionsType = {
        "alt": ["paragraph", "reference", "blockquote", "list", "table", "deflist", "footnote_def"]
    }
    md.block.ruler.before(md.block.ruler.get_all_rules()[0], "budget", _count, everywhere)
    md.core.ruler.after("block", "block_limits", _check_blocks)
    md.core.ruler.after("inline", "inline_limits", _check_inlines)


class BoundedInline(ParserInline):
    """Looking ahead is the only part of inline parsing whose work grows faster than the text."""

    def skipToken(self, state: StateInline) -> None:
        state.env["page"].budget.spend(1)
        super().skipToken(state)


def _count(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    # Called for each line by each block it may belong to; it costs as much as a few steps ahead in a paragraph
    state.env["page"].budget.spend(5)
    return False


def _check_blocks(state: StateCore) -> None:
    for token in state.tokens:
        if token.level > MAX_BLOCK_NESTING:
            raise MarkdownTooComplex(
                f"Quotes and lists are nested more than {MAX_BLOCK_NESTING} levels deep."
            )
        if token.type == "inline" and len(token.content) > MAX_PARAGRAPH:
            raise MarkdownTooComplex(f"A paragraph is longer than {MAX_PARAGRAPH:,} characters.")


def _check_inlines(state: StateCore) -> None:
    # One definition may be used many times: a small source can stand for gigabytes of links
    left = MAX_LINK_CHARACTERS
    for token in _inline_tokens(state.tokens):
        if token.level > MAX_INLINE_NESTING:
            raise MarkdownTooComplex(f"Emphasis is nested more than {MAX_INLINE_NESTING} levels deep.")
        left -= sum(len(str(value)) for value in token.attrs.values())
        if left < 0:
            raise MarkdownTooComplex("The links of this text are too long.")


def _inline_tokens(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield from token.children or ()
