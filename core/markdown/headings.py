"""Headings get an id, a link to themselves and a place in the table of contents.

The page has its own h1, so a document starts at h2, and no level is skipped on the way down: `#`, `###` become h2, h3.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from core.markdown.ids import claim
from core.markdown.made import made
from core.markdown.page import Page
from core.markdown.results import Heading

_FIRST_LEVEL = 2
_LAST_LEVEL = 6
_LAST_LISTED_LEVEL = 4


def plugin(md: MarkdownIt) -> None:
    md.core.ruler.push("headings", _complete_headings)


def _complete_headings(state: StateCore) -> None:
    page: Page = state.env["page"]
    above: list[int] = []
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            level = _outline_level(int(token.tag[1]), above)
            _complete(token, state.tokens[index + 1], state.tokens[index + 2], level, page)


def _outline_level(written: int, above: list[int]) -> int:
    """`above` holds the written levels of the headings this one stands under."""
    while above and above[-1] >= written:
        above.pop()
    above.append(written)
    return min(_FIRST_LEVEL - 1 + len(above), _LAST_LEVEL)


def _complete(opening: Token, inline: Token, closing: Token, level: int, page: Page) -> None:
    children = inline.children or []
    text = " ".join("".join(_words(child) for child in children).split())
    if not text:
        opening.tag = closing.tag = "p"
        return
    identity = claim(text, page.ids)
    opening.tag = closing.tag = f"h{level}"
    opening.attrs = {"id": identity}
    children.append(made(f' <a class="anchor" href="#{identity}" aria-label="Link to this section"></a>'))
    if level <= _LAST_LISTED_LEVEL:
        page.headings.append(Heading(level, identity, text))


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline") else ""
