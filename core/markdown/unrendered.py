"""The tokens of a document before they become what readers get."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from core.markdown import ids, raw_html
from core.markdown.limits import MarkdownTooComplex, check_length, replace_unusable
from core.markdown.page import Page
from core.markdown.parser import parser

_FINISHING = "raw_html"
"""The step that puts finished HTML in the place of what an author wrote; until then links and pictures are tokens."""
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parsed:
    """`tokens` as written, bare URLs linked; `ids` are those of the finished page."""

    tokens: list[Token]
    ids: Container[str]

    def has_target(self, fragment: str) -> bool:
        """Whether a link to `#fragment` leads anywhere, by the renderer's own reading."""
        return ids.resolve_fragment(f"#{fragment}", self.ids)[1:] in self.ids


@dataclass(frozen=True, slots=True)
class HtmlTag:
    """A tag of an author's raw HTML; `start` and `end` are its place in that."""

    name: str
    closes: bool
    attributes: dict[str, str]
    start: int
    end: int


def parse(source: str) -> Parsed:
    """The tokens of a document, before pictures and raw HTML become what readers get. Raises MarkdownTooComplex."""
    source = replace_unusable(source)
    check_length(source)
    page, md = Page(), parser()
    state = StateCore(source, md, {"page": page})
    try:
        for name, step in zip(md.core.ruler.get_active_rules(), md.core.ruler.getRules(""), strict=True):
            if name == _FINISHING:
                break
            step(state)
    except RecursionError as error:
        raise MarkdownTooComplex("This text is nested too deeply.") from error
    for html in _raw_html(state.tokens):
        for tag in html_tags(html):
            if wish := tag.attributes.get("id") or (tag.attributes.get("name") if tag.name == "a" else None):
                ids.claim(wish, page.ids)
    return Parsed(state.tokens, page.ids)


def html_tags(html: str) -> Iterator[HtmlTag]:
    """The tags of raw HTML; those within comments are none."""
    html = COMMENT.sub(lambda comment: " " * len(comment[0]), html)
    position = html.find("<")
    while position >= 0:
        match = raw_html.TAG.match(html, position)
        if match:
            attributes = raw_html.attributes_of(match["attributes"])
            yield HtmlTag(match["name"].lower(), bool(match["close"]), attributes, *match.span())
        position = html.find("<", match.end() if match else position + 1)


def _raw_html(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "html_block":
            yield token.content
        for child in token.children or ():
            if child.type == "html_inline":
                yield child.content
