"""Links: inside the document they find their heading, to other hosts they do not hand over the window."""

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from core.markdown import addresses, ids
from core.markdown.page import Page

_BARE_URL = re.compile(r"(?<![\w/.@-])https?://[^\s<>\"\x00-\x20]+")
_TRAILING = "?!.,:;*_~'\u2019"


def plugin(md: MarkdownIt) -> None:
    md.core.ruler.after("inline", "bare_urls", _link_bare_urls)


def resolving(md: MarkdownIt) -> None:
    """A second step: it comes after headings and raw HTML, when all ids are known."""
    md.core.ruler.push("links", _complete)


def attributes(href: str, page: Page) -> dict[str, str]:
    """The final attributes of a link to `href`."""
    if href.startswith("#"):
        return {"href": ids.resolve_fragment(href, page.ids)}
    if not addresses.is_outside(href):
        return {"href": href}
    return {"href": href, "rel": "noopener nofollow ugc" if page.nofollow else "noopener"}


def _complete(state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "link_open":
                token.attrs |= attributes(str(token.attrs.get("href", "")), state.env["page"])


def _link_bare_urls(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children and "://" in block.content:
            block.children = _with_links(block.children, state.md)


def _with_links(children: list[Token], md: MarkdownIt) -> list[Token]:
    result: list[Token] = []
    linked = 0
    for token in children:
        linked += _link_change(token)
        if token.type == "text" and not linked and "://" in token.content:
            result.extend(_split(token, md))
        else:
            result.append(token)
    return result


def _link_change(token: Token) -> int:
    if token.type == "html_inline":
        return bool(re.match(r"<a[\s>]", token.content, re.I)) - bool(
            re.match(r"</a\s*>", token.content, re.I)
        )
    return token.nesting if token.tag == "a" else 0


def _split(token: Token, md: MarkdownIt) -> list[Token]:
    pieces: list[Token] = []
    position = 0

    def add(kind: str, content: str = "", **more: Any) -> None:
        pieces.append(
            Token(
                kind, more.pop("tag", ""), more.pop("nesting", 0), content=content, level=token.level, **more
            )
        )

    for match in _BARE_URL.finditer(token.content):
        url = _trimmed(match[0])
        href = md.normalizeLink(url)
        if "." not in addresses.origin(href) or not md.validateLink(href):
            continue
        add("text", token.content[position : match.start()])
        add("link_open", tag="a", nesting=1, attrs={"href": href}, info="auto", markup="linkify")
        add("text", md.normalizeLinkText(url))
        add("link_close", tag="a", nesting=-1, info="auto", markup="linkify")
        position = match.start() + len(url)
    add("text", token.content[position:])
    return [piece for piece in pieces if piece.type != "text" or piece.content]


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it (GitHub's rule for autolinks)."""
    url = url.rstrip(_TRAILING)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_TRAILING)
    return url
