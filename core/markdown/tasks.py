"""Task lists: `- [x] done` shows a checkbox that nobody can change, named for those who cannot see it."""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token


def plugin(md: MarkdownIt) -> None:
    md.options["tasklists"] = True
    md.add_render_rule("list_item_open", _item_open)


def _item_open(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    opening = renderer.renderToken(tokens, index, options, env)
    if "checked" not in tokens[index].meta:
        return opening
    state = 'aria-label="Done" checked' if tokens[index].meta["checked"] else 'aria-label="Not done"'
    return f'{opening}<input class="task-list-item-checkbox" type="checkbox" disabled {state}> '
