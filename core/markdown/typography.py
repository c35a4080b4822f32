"""Curly quotes, dashes and ellipses in prose; code, addresses and escaped characters stay as they were typed.

`(c)` stays too: in a magazine it is the third item of a list more often than a copyright.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_core.replacements import RARE_RE, replace_rare
from markdown_it.rules_core.smartquotes import QUOTE_TEST_RE, process_inlines

# The library copies the whole paragraph for each quote
_LONGEST = 5_000


def plugin(md: MarkdownIt) -> None:
    md.core.ruler.before("text_join", "typography", _set)


def _set(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline" or not token.children or len(token.content) > _LONGEST:
            continue
        if RARE_RE.search(token.content):
            replace_rare(token.children)
        if QUOTE_TEST_RE.search(token.content):
            process_inlines(token.children, state)
