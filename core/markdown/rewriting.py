"""Changes to a Markdown text itself, for importers: what looks like a link in a listing is left alone.

The parser says what is an image, a link or code, and in which lines; a search in those lines finds the characters.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from core.markdown.limits import MarkdownTooComplex, check_length
from core.markdown.page import Page
from core.markdown.parser import parser

type Change = Callable[[str, bool], str | None]
"""(destination, whether it is an image) -> the new destination, or None to leave it."""

_DESTINATION = re.compile(r"\]\([ \n]*(<[^<>\n]*>|(?:[^\s()<>\\]|\\.|\([^\s()]*\))+)")
_DEFINITION = re.compile(r"\]:[ \t]*\n?[ \t>]*(<[^<>\n]*>|\S+)")
_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"<(img|a)\s[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<=[\s"'])(src|href)\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """`text` is Markdown as written; `start` and `end` are its place in the source, underline and line end included."""

    level: int
    text: str
    start: int
    end: int
    opens: bool
    """Whether nothing stands before it."""


@dataclass(frozen=True, slots=True)
class Picture:
    src: str
    alt: str
    title: str
    end: int


def rewrite_references(source: str, change: Change) -> str:
    """The text with the destinations of images and links changed, in Markdown and in raw HTML. May raise MarkdownTooComplex."""
    text = _Text.parse(source)
    edits: dict[tuple[int, int], str] = {}
    for block in text.blocks():
        for found in _destinations(text, block):
            new = change(found.destination, found.is_image)
            if new is not None:
                edits[found.start, found.end] = escape(new) if found.in_html else _written(new)
    for (start, end), new in sorted(edits.items(), reverse=True):
        source = source[:start] + new + source[end:]
    return source


def code_spans(source: str) -> list[tuple[int, int]]:
    """Where listings and code in sentences begin and end, in order. May raise MarkdownTooComplex."""
    return sorted(span for block in _Text.parse(source).blocks() for span in block.code)


def headings(source: str) -> list[Heading]:
    """The headings outside of quotes and lists, in order. May raise MarkdownTooComplex."""
    text, found = _Text.parse(source), []
    for token, words in zip(text.tokens, text.tokens[1:], strict=False):
        if token.type == "heading_open" and token.level == 0 and token.map:
            start, end = text.span(token.map)
            opens = not source[:start].strip()
            found.append(Heading(int(token.tag[1]), words.content, start, end, opens))
    return found


def opening_picture(source: str) -> Picture | None:
    """The picture with which the text begins, if it stands there alone. May raise MarkdownTooComplex."""
    text = _Text.parse(source)
    if len(text.tokens) < 3 or text.tokens[0].type != "paragraph_open":
        return None
    children = text.tokens[1].children or []
    if [child.type for child in children] != ["image"]:
        return None
    image = children[0]
    _, end = text.span(text.tokens[1].map or [0, 0])
    return Picture(str(image.attrs["src"]), image.content, str(image.attrs.get("title", "")), end)


@dataclass(slots=True)
class _Block:
    """A paragraph, heading, cell, listing or piece of HTML: its place, and what the parser found there."""

    start: int
    end: int
    images: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    html: list[str] = field(default_factory=list)
    code: list[tuple[int, int]] = field(default_factory=list)
    is_definition: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    destination: str
    is_image: bool
    start: int
    end: int
    in_html: bool = False


@dataclass(slots=True)
class _Text:
    source: str
    tokens: list[Token]
    env: dict[str, Any]
    starts: list[int]

    @classmethod
    def parse(cls, source: str) -> "_Text":
        check_length(source)
        md, env = parser(), {"page": Page()}
        tokens: list[Token] = []
        try:
            md.block.parse(source, md, env, tokens)
            for token in tokens:
                if token.type == "inline":
                    token.children = []
                    md.inline.parse(token.content, md, env, token.children)
        except RecursionError as error:
            raise MarkdownTooComplex("This text is nested too deeply.") from error
        starts = [0, *(match.end() for match in re.finditer("\n", source)), len(source)]
        return cls(source, tokens, env, starts)

    def span(self, lines: list[int]) -> tuple[int, int]:
        last = len(self.starts) - 1
        return self.starts[min(lines[0], last)], self.starts[min(lines[1], last)]

    def blocks(self) -> Iterator[_Block]:
        lines, images, links = [0, 0], set[str](), set[str]()
        for token in self.tokens:
            lines = token.map or lines
            if token.type in ("inline", "fence", "code_block", "html_block"):
                block = self._block(token, lines)
                images |= block.images
                links |= block.links
                yield block
        for definition in [*self.env.get("references", {}).values(), *self.env.get("duplicate_refs", [])]:
            start, end = self.span(definition["map"])
            href = {definition["href"]}
            yield _Block(start, end, images=href & images, links=href & links, is_definition=True)

    def _block(self, token: Token, lines: list[int]) -> _Block:
        block = _Block(*self.span(lines))
        if token.type in ("fence", "code_block"):
            block.code.append((block.start, block.end))
        elif token.type == "html_block":
            block.html.append(token.content)
        for child in token.children or ():
            if child.type == "code_inline" and not block.code:
                matches = _CODE.finditer(self.source, block.start, block.end)
                block.code.extend(match.span() for match in matches)
        block.images = {str(image.attrs["src"]) for image in _children(token, "image")}
        block.links = {str(link.attrs["href"]) for link in _children(token, "link_open")}
        block.html += [tag.content for tag in _children(token, "html_inline")]
        return block


def _children(token: Token, kind: str) -> Iterator[Token]:
    for child in token.children or ():
        if child.type == kind:
            yield child
        yield from _children(child, kind)


def _destinations(text: _Text, block: _Block) -> Iterator[_Found]:
    wanted = block.images | block.links
    pattern = _DEFINITION if block.is_definition else _DESTINATION
    for match in pattern.finditer(text.source, block.start, block.end) if wanted else ():
        raw = unescapeAll(match[1].removeprefix("<").removesuffix(">"))
        href = parser().normalizeLink(raw)
        if href in wanted and not _within(match.start(), block.code):
            both = href in block.images and href in block.links
            is_image = _belongs_to_image(text.source, match.start()) if both else href in block.images
            yield _Found(raw, is_image, *match.span(1))
    yield from _destinations_in_html(text, block)


def _destinations_in_html(text: _Text, block: _Block) -> Iterator[_Found]:
    hidden = [match.span() for match in _COMMENT.finditer(text.source, block.start, block.end)]
    for tag in _TAG.finditer(text.source, block.start, block.end) if block.html else ():
        if _within(tag.start(), [*block.code, *hidden]) or not any(tag[0] in html for html in block.html):
            continue
        for attribute in _ATTRIBUTE.finditer(text.source, tag.start(1) + len(tag[1]), tag.end()):
            is_image = tag[1].lower() == "img"
            if (attribute[1].lower() == "src") == is_image:
                quoted = attribute[2][0] in "\"'"
                start, end = attribute.start(2) + quoted, attribute.end(2) - quoted
                yield _Found(unescape(text.source[start:end]), is_image, start, end, in_html=True)


def _belongs_to_image(source: str, closing: int) -> bool:
    """Whether the bracket closed at this place was opened by `![`."""
    depth = 0
    for index in range(closing, max(-1, closing - 5_000), -1):
        depth += {"]": 1, "[": -1}.get(source[index], 0)
        if depth == 0:
            return index > 0 and source[index - 1] == "!"
    return False


def _within(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _written(destination: str) -> str:
    plain = re.fullmatch(r"[^\s()<>\\]+", destination)
    return destination if plain else f"<{re.sub(r'[<>\n]', '', destination)}>"
