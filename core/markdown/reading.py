"""A document taken apart for those who judge it: headings, links, pictures, listings and prose, each with its line.

Lines count from 1. Code is never prose; neither are addresses that show themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from markdown_it.token import Token

from core.markdown import embeds, listings
from core.markdown.figures import attributes_of
from core.markdown.made import is_paragraph
from core.markdown.parser import parser
from core.markdown.unrendered import COMMENT, HtmlTag, Parsed, html_tags, parse

HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in prose where code, an address or a picture was."""
_UNREAD = frozenset({"code", "pre", "kbd", "samp", "script", "style", "textarea", "template"})
_HEADING = re.compile(r"h([1-6])")


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` is the one that was written: the renderer moves `#` to h2."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    words: str
    line: int
    is_bare: bool = False
    """An address that was typed as it is, and shows itself."""
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """`title` begins with {wide} or {full} when it breaks out of the column."""

    src: str
    alt: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Listing:
    """`line` is that of the first line of code. `is_fenced` is False for code that is only indented."""

    code: str
    language: str
    line: int
    is_fenced: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of one paragraph, heading, item or cell; line ends are where the source has them."""

    text: str
    line: int
    is_paragraph: bool = False
    """Whole sentences: not a heading, not a cell of a table."""

    def line_at(self, offset: int) -> int:
        return self.line + self.text.count("\n", 0, offset)

    def around(self, start: int, end: int, more: int = 30) -> str:
        """The words at this place with some before and behind, on one line."""
        before, behind = max(0, start - more), min(len(self.text), end + more)
        while 0 < before > start - 2 * more and not self.text[before - 1].isspace():
            before -= 1  # no half words
        while len(self.text) > behind < end + 2 * more and not self.text[behind].isspace():
            behind += 1
        words = " ".join(self.text[before:behind].replace(HOLE, "…").split())
        return f"{'…' if before else ''}{words}{'…' if behind < len(self.text) else ''}"


@dataclass(slots=True)
class Document:
    parsed: Parsed
    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    has_player: bool = False


def read(source: str) -> Document:
    """Raises MarkdownTooComplex."""
    document = Document(parse(source))
    _Reader(document).read()
    return document


class _Reader:
    """Goes through the tokens once, collecting words for whatever is open: a passage, a link, a heading of raw HTML."""

    def __init__(self, document: Document) -> None:
        self.document, self.tokens = document, document.parsed.tokens
        self.words: list[str] = []
        self.line = 1
        self.link: tuple[str, int, bool, int] | None = None  # href, line, is_bare, where its words begin
        self.pictures_before = 0
        self.heading: tuple[int, int, int] | None = None  # level, line, where its words begin
        self.unread = ""

    def read(self) -> None:
        start = 1
        for index, token in enumerate(self.tokens):
            start = token.map[0] + 1 if token.map else start
            if token.type in ("fence", "code_block"):
                self._listing(token, start)
            elif token.type == "html_block":
                self._begin(start)
                self._html(token.content)
                self._end(start, is_paragraph=False)
            elif token.type == "inline":
                self._inline(index, token, start)

    def _listing(self, token: Token, start: int) -> None:
        fenced = token.type == "fence"
        language = listings.language_of(token.info) if fenced else ""
        self.document.listings.append(Listing(token.content, language, start + fenced, fenced))

    def _inline(self, index: int, token: Token, start: int) -> None:
        self._begin(start)
        rows = token.content.split("\n")
        for child in token.children or ():
            self._child(child, rows, start)
        opening = self.tokens[index - 1]
        if opening.type == "heading_open":
            level = {"=": 1, "-": 2}.get(opening.markup, len(opening.markup))
            self.document.headings.append(Heading(level, self._said(0), start))
        self._end(start, is_paragraph=opening.type == "paragraph_open")
        if is_paragraph(self.tokens, index):
            self._forget_player(token.content.strip().removeprefix("<").removesuffix(">"))

    def _forget_player(self, words: str) -> None:
        """An address that stands alone and becomes a player is no link that a reader sees."""
        links = self.document.links
        if links and links[-1].is_bare and links[-1].href == words and embeds.find(words):
            links.pop()
            self.document.has_player = True

    def _child(self, child: Token, rows: list[str], start: int) -> None:
        if child.type == "text":
            bare = self.link is not None and self.link[2]
            self._say(child.content, hidden=bare)
        elif child.type in ("softbreak", "hardbreak"):
            self._say("\n")
        elif child.type == "code_inline":
            self._say(child.content, hidden=True)
            self._newlines(_rows_of(child.content, rows, self.line - start))
        elif child.type == "html_inline":
            self._html(child.content)
        elif child.type == "image":
            self._picture(attributes_of(child, parser()))
            self._newlines(child.content.count("\n"))
        elif child.type == "link_open":
            bare = child.info == "auto" or child.markup in ("linkify", "autolink")
            self._open_link(str(child.attrs.get("href", "")), bare)
        elif child.type == "link_close":
            self._close_link()

    def _html(self, html: str) -> None:
        position = 0
        for tag in html_tags(html):
            self._text_of_html(html[position : tag.start])
            self._tag(tag)
            self._newlines(html.count("\n", tag.start, tag.end))
            position = tag.end
        self._text_of_html(html[position:])

    def _text_of_html(self, text: str) -> None:
        visible = COMMENT.sub(lambda match: HOLE + "\n" * match[0].count("\n"), text)
        self._say(unescape(visible))

    def _tag(self, tag: HtmlTag) -> None:
        heading = _HEADING.fullmatch(tag.name)
        if tag.name in _UNREAD and (tag.closes or not self.unread):
            self._unread(tag)
        elif tag.name == "iframe":
            self.document.has_player = True
        elif tag.name == "img" and not tag.closes:
            self._picture(tag.attributes)
        elif tag.name == "a" and not tag.closes and tag.attributes.get("href"):
            self._open_link(tag.attributes["href"], bare=False)
        elif tag.name == "a" and tag.closes:
            self._close_link()
        elif heading and not tag.closes:
            self.heading = (int(heading[1]), self.line, len(self.words))
        elif heading and self.heading:
            level, line, since = self.heading
            self.document.headings.append(Heading(level, self._said(since), line))
            self.heading = None

    def _unread(self, tag: HtmlTag) -> None:
        if not tag.closes:
            self.unread = tag.name
            self.words.append(HOLE)
        elif tag.name == self.unread:
            self.unread = ""

    def _picture(self, attributes: dict[str, str]) -> None:
        src, alt = attributes.get("src", ""), attributes.get("alt", "").strip()
        self.document.pictures.append(Picture(src, alt, attributes.get("title", ""), self.line))
        self.words.append(HOLE)

    def _open_link(self, href: str, bare: bool) -> None:
        self._close_link()
        self.link = (href, self.line, bare, len(self.words))
        self.pictures_before = len(self.document.pictures)

    def _close_link(self) -> None:
        if self.link:
            href, line, bare, since = self.link
            shows = len(self.document.pictures) > self.pictures_before
            words = href if bare else self._said(since)
            self.document.links.append(Link(href, words, line, bare, shows))
            self.link = None

    def _say(self, text: str, hidden: bool = False) -> None:
        if hidden or self.unread:
            self.words.append(_Hidden(text))
            text = "\n" * text.count("\n")
        else:
            self.words.append(text)
        self.line += text.count("\n")

    def _newlines(self, count: int) -> None:
        self.words.append("\n" * count)
        self.line += count

    def _said(self, since: int) -> str:
        """What a reader sees there, code included."""
        return " ".join("".join(self.words[since:]).replace(HOLE, "").split())

    def _begin(self, start: int) -> None:
        self.words, self.line = [], start
        self.link, self.heading, self.unread = None, None, ""

    def _end(self, start: int, *, is_paragraph: bool) -> None:
        self._close_link()
        text = "".join(
            HOLE + "\n" * word.count("\n") if isinstance(word, _Hidden) else word for word in self.words
        )
        if text.strip(HOLE + " \n"):
            self.document.passages.append(Passage(text, start, is_paragraph))


class _Hidden(str):
    """Words that are seen but are no prose: code, and addresses that show themselves."""

    __slots__ = ()


def _rows_of(code: str, rows: list[str], row: int) -> int:
    """How many line ends a piece of code in a sentence spans; the parser made spaces of them."""
    for more in range(4):
        if code in " ".join(rows[max(row, 0) : row + more + 1]):
            return more
    return 0


def passages_of(field_text: str) -> Iterator[Passage]:
    """A short field (headline, standfirst) as prose."""
    if field_text.strip():
        yield Passage(field_text, 1)
