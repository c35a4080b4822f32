"""Pictures, and HTML that an author wrote, in the order in which they stand.

HTML is taken apart and written anew before it meets the rest of the page.

The sanitiser at the end decides what is safe. This pass decides what is useful: pictures, players and tables get the
same form as those written in Markdown, ids are kept apart from ours. It also keeps the sanitiser's tree small: what it
lets through is a bounded number of well-formed tags, and tags that browsers reopen in each paragraph carry no attributes.
"""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

from markdown_it import MarkdownIt
from markdown_it.common import html_re
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from core.markdown import embeds, figures, ids, links, tables
from core.markdown.made import made
from core.markdown.page import Page
from core.markdown.sanitise import CLASSES, RAW_ATTRIBUTES, REOPENED, VOID, WITHOUT_CONTENT

type Attributes = dict[str, str]

TAG = re.compile(rf"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?P<attributes>{html_re.attribute}*)\s*/?>")
_ATTRIBUTE = re.compile(rf"\s+({html_re.attr_name})(?:\s*=\s*({html_re.attr_value}))?")


def plugin(md: MarkdownIt) -> None:
    md.core.ruler.push("raw_html", _rewrite)


def _rewrite(state: StateCore) -> None:
    page: Page = state.env["page"]
    for index, token in enumerate(state.tokens):
        if token.type == "html_block":
            state.tokens[index] = made(_block(token.content, page, state.md))
        elif token.type == "table_open":
            tables.put_in_box(token, page)  # here, so that tables of both kinds are counted in their order
        elif token.type == "inline" and token.children:
            _rewrite_inline(state, index, page)


def _rewrite_inline(state: StateCore, index: int, page: Page) -> None:
    if not figures.replace_paragraph_by_figure(state.tokens, index, page, state.md):
        token = state.tokens[index]
        token.children = list(_inline(token.children or [], page, state.md))


def _block(html: str, page: Page, md: MarkdownIt) -> str:
    alone = TAG.fullmatch(html.strip())
    if alone and not alone["close"] and alone["name"].lower() == "img":
        page.budget.raw_tag()
        return figures.figure(attributes_of(alone["attributes"]), page, md)
    return "".join(_pieces(html, page))


def _pieces(html: str, page: Page) -> Iterator[str]:
    position, linked = 0, False
    while (start := html.find("<", position)) >= 0:
        yield html[position:start]
        if match := TAG.match(html, start):
            name = match["name"].lower()
            linked = not match["close"] if name == "a" else linked
            yield _tag(match, page, linked, block=True)
            skip = not match["close"] and name in WITHOUT_CONTENT
            position = _after(html, f"</{name}", match.end()) if skip else match.end()
        elif html.startswith(("<!", "<?", "</"), start):
            position = _after(html, "-->" if html.startswith("<!--", start) else ">", start)
        else:
            yield "&lt;"
            position = start + 1
    yield html[position:]


def _after(html: str, ending: str, position: int) -> int:
    """Where the text goes on behind a comment or an element without readable content: at its end, or nowhere."""
    rest = "[^>]*>?" if ending.startswith("</") else ""
    found = re.compile(re.escape(ending) + rest, re.IGNORECASE).search(html, position)
    return found.end() if found else len(html)


def _inline(children: list[Token], page: Page, md: MarkdownIt) -> Iterator[Token]:
    linked = False
    for token in children:
        if token.type in ("link_open", "link_close"):
            linked = token.type == "link_open"
        if token.type == "image":
            yield made(figures.picture(figures.attributes_of(token, md), page, linked), token.level)
        elif token.type != "html_inline":
            yield token
        elif page.inline:  # “Why Vec<String> is slow” is words, not a tag
            yield Token("text", "", 0, content=token.content, level=token.level)
        elif match := TAG.fullmatch(token.content):
            if match["name"].lower() == "a":
                linked = not match["close"]
            yield made(_tag(match, page, linked, block=False), token.level)


def _tag(match: re.Match[str], page: Page, linked: bool, block: bool) -> str:
    page.budget.raw_tag()
    name = match["name"].lower()
    if match["close"]:
        return _CLOSE.get(name) or (f"</{name}>" if name in RAW_ATTRIBUTES and name not in VOID else "")
    attributes = attributes_of(match["attributes"])
    if name == "img":
        return figures.picture(attributes, page, linked)
    if name == "iframe":
        return _player(attributes, linked, block)
    if name in _OPEN:
        return _OPEN[name](attributes, page)
    return _written(name, attributes, page) if name in RAW_ATTRIBUTES else ""


def attributes_of(written: str) -> Attributes:
    """Names in lower case, the first of equals counts, as in browsers."""
    found: Attributes = {}
    for name, value in _ATTRIBUTE.findall(written):
        quoted = value[:1] in ("'", '"')
        found.setdefault(name.lower(), unescape(value[1:-1] if quoted else value))
    return found


def _written(name: str, attributes: Attributes, page: Page) -> str:
    allowed = frozenset() if name in REOPENED else RAW_ATTRIBUTES[name]
    kept = {key: value for key, value in attributes.items() if key in allowed}
    if "id" in kept:
        kept["id"] = ids.claim(kept["id"], page.ids)
    if classes := [word for word in kept.pop("class", "").split() if word in CLASSES.get(name, ())]:
        kept["class"] = " ".join(classes)
    if name == "pre":
        kept["tabindex"] = "0"
    return f"<{name}" + "".join(f' {key}="{escape(value)}"' for key, value in kept.items()) + ">"


def _anchor(attributes: Attributes, page: Page) -> str:
    if target := attributes.get("id") or attributes.get("name"):
        attributes["id"] = target
    if href := attributes.get("href"):
        attributes |= links.attributes(href, page)
    return _written("a", attributes, page)


def _player(attributes: Attributes, linked: bool, block: bool) -> str:
    embed = embeds.find(attributes.get("src", ""))
    if embed and block and not linked:
        return embeds.figure(embed, attributes.get("title", ""))
    if linked:
        return ""
    link = figures.outside_link(attributes.get("src", ""), attributes.get("title", ""))
    return f"<p>{link}</p>" if link and block else link


def _media(attributes: Attributes, page: Page) -> str:
    return figures.outside_link(attributes.get("src", ""), attributes.get("title", ""))


def _progress(attributes: Attributes, page: Page) -> str:
    return escape(" of ".join(attributes[key] for key in ("value", "max") if key in attributes))


_OPEN: dict[str, Callable[[Attributes, Page], str]] = {
    "a": _anchor,
    "h1": lambda attributes, page: _written("h2", attributes, page),
    "table": lambda attributes, page: tables.opening(page) + _written("table", attributes, page),
    "video": _media,
    "audio": _media,
    "source": _media,
    "progress": _progress,
}
_CLOSE = {"h1": "</h2>", "table": "</table></div>"}
