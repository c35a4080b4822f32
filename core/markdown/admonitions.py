"""Boxes beside the story in three spellings: `!!! note "Title"`, `> [!NOTE]` and `::: note Title`; and pull quotes.

`???` (closed) and `???+` (open) make the same box one that a reader can fold.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin

KINDS = ("note", "tip", "info", "important", "warning", "caution", "danger", "example", "question", "success")
_PULLQUOTE = "pullquote"
_OPENINGS = ("admonition_open", "alert_open", "container_box_open")
_CLOSINGS = ("admonition_close", "alert_close", "container_box_close")
_TITLES = ("admonition_title_open", "alert_title_open", "admonition_title_close", "alert_title_close")


def plugin(md: MarkdownIt) -> None:
    md.options["alerts"] = True
    md.use(admon_plugin).use(container_plugin, "box", validate=_is_box)
    md.core.ruler.after("block", "admonitions", _boxes)


def _is_box(parameters: str, markup: str) -> bool:
    return parameters.split()[:1] != [] and parameters.split()[0].lower() in (*KINDS, _PULLQUOTE)


def _boxes(state: StateCore) -> None:
    tokens: list[Token] = []
    open_tags: list[str] = []
    for token in state.tokens:
        if token.type in _OPENINGS:
            tokens.extend(_opening(token, state))
            open_tags.append(token.tag)
            continue
        if token.type in _CLOSINGS:
            token.tag = open_tags.pop()
        elif token.type in _TITLES:
            token.tag = "summary" if open_tags[-1] == "details" else "p"
            token.attrs = {"class": "admonition-title"} if token.nesting == 1 else {}
        tokens.append(token)
    state.tokens = tokens


def _opening(token: Token, state: StateCore) -> list[Token]:
    """The opening token with its final element, and a title where the parser made none."""
    kind, title = _kind_and_title(token)
    if kind == _PULLQUOTE:
        token.tag, token.attrs = "blockquote", {"class": _PULLQUOTE}
        return [token]
    token.tag = "details" if token.markup.startswith("?") else "aside"
    token.attrs = {"class": f"admonition {kind if kind in KINDS else KINDS[0]}"}
    if token.tag == "aside":
        token.attrs["role"] = "note"
    elif token.markup.endswith("+"):
        token.attrs["open"] = ""
    return [token, *_title(title, token)] if title else [token]


def _kind_and_title(token: Token) -> tuple[str, str]:
    """The title is empty where the parser writes it itself."""
    if token.type == "alert_open":
        return str(token.meta["kind"]).lower(), ""
    if token.type == "admonition_open":
        kind = str(token.meta["tag"])
        # A box that folds needs a handle even if its author wants no title
        return kind, "" if token.content or not token.markup.startswith("?") else "Details"
    kind, _, title = token.info.strip().partition(" ")
    return kind.lower(), title.strip().strip('"') or kind.capitalize()


def _title(words: str, box: Token) -> list[Token]:
    tag = "summary" if box.tag == "details" else "p"
    level = box.level + 1
    return [
        Token("paragraph_open", tag, 1, attrs={"class": "admonition-title"}, level=level, block=True),
        Token("inline", "", 0, content=words, children=[], level=level + 1, map=box.map, block=True),
        Token("paragraph_close", tag, -1, level=level, block=True),
    ]
