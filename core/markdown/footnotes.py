"""Footnotes with the roles of DPUB-ARIA: each reference leads to its note, each note back to its references."""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

_LONGEST_LABEL = 100


def plugin(md: MarkdownIt) -> None:
    md.use(footnote_plugin, inline=False)
    md.inline.ruler.at("footnote_ref", _bounded_reference)
    md.add_render_rule("footnote_ref", _reference)
    md.add_render_rule("footnote_block_open", _block_open)
    md.add_render_rule("footnote_block_close", _block_close)
    md.add_render_rule("footnote_open", _note_open)
    md.add_render_rule("footnote_anchor", _way_back)


def _bounded_reference(state: StateInline, silent: bool) -> bool:
    # The plugin looks for the bracket up to the end of the paragraph, each time
    near = state.src[state.pos : state.pos + _LONGEST_LABEL]
    return near.startswith("[^") and "]" in near and footnote_ref(state, silent)


def _reference(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    number, again = _numbers(tokens[index])
    return (
        f'<sup class="footnote-ref"><a id="footnote-{number}-ref{again}" href="#footnote-{number}" role="doc-noteref"'
        f' aria-label="Footnote {number}">{number}</a></sup>'
    )


def _way_back(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    number, again = _numbers(tokens[index])
    return (
        f' <a class="footnote-back" href="#footnote-{number}-ref{again}" role="doc-backlink"'
        f' aria-label="Back to reference {number}{again}">\u21a9\ufe0e</a>'
    )


def _numbers(token: Token) -> tuple[int, str]:
    """The note's number, and `-2` for its second reference."""
    earlier = token.meta.get("subId", 0)
    return token.meta["id"] + 1, f"-{earlier + 1}" if earlier > 0 else ""


def _block_open(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    return '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">\n<ol>\n'


def _block_close(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    return "</ol>\n</section>\n"


def _note_open(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    return f'<li id="footnote-{tokens[index].meta["id"] + 1}">'
