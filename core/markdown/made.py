"""Tokens of our own: finished HTML that the rules for an author's raw HTML leave alone."""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token


def made(html: str, level: int = 0) -> Token:
    return Token("made", "", 0, content=html, level=level)


def plugin(md: MarkdownIt) -> None:
    md.add_render_rule("made", _render)


def is_paragraph(tokens: list[Token], index: int) -> bool:
    """Whether the token at `index` is all that a paragraph holds."""
    around = [token.type for token in tokens[max(index - 1, 0) : index + 2]]
    return around == ["paragraph_open", "inline", "paragraph_close"]


def replace_paragraph(tokens: list[Token], index: int, html: str) -> None:
    """Put finished block HTML in the place of the paragraph around `index`; the list keeps its length."""
    tokens[index - 1 : index + 2] = [made(""), made(html), made("")]


def _render(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    return tokens[index].content
