"""Tables scroll sideways in a box that the keyboard reaches; columns are aligned by class."""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from core.markdown.page import Page


def plugin(md: MarkdownIt) -> None:
    md.enable("table")
    md.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    md.core.ruler.after("block", "table_alignment", _align)
    md.add_render_rule("table_open", _open)
    md.add_render_rule("table_close", _close)


def opening(page: Page) -> str:
    """The start of the next table's box; landmarks need different names, so the second is called "Table 2"."""
    page.tables += 1
    name = "Table" if page.tables == 1 else f"Table {page.tables}"
    return f'<div class="table" tabindex="0" role="region" aria-label="{name}">'


def put_in_box(table: Token, page: Page) -> None:
    table.meta["box"] = opening(page)


def _bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    # Short rows are filled up to the width of the head: 6 KB can become 65,000 cells
    before = len(state.tokens)
    found = table(state, start, end, silent)
    state.env["page"].budget.spend(8 * (len(state.tokens) - before))
    return found


def _align(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and "style" in token.attrs:
            side = str(token.attrs.pop("style")).removeprefix("text-align:")
            token.attrs["class"] = f"ta-{side}"


def _open(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    return str(tokens[index].meta["box"]) + renderer.renderToken(tokens, index, options, env)


def _close(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    return renderer.renderToken(tokens, index, options, env) + "</div>\n"
