"""Show notes as feeds have them, HTML of every kind, as the Markdown that editors go on with.

What Markdown cannot say as well stays HTML, which our Markdown may hold; either way the sanitiser has the last word.
"""

import re
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from core.markdown import render
from core.markdown.limits import MAX_BYTES
from episodes.importers.values import is_html, paragraphs

_DROPPED = ("script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "head", "title", "noscript", "template", "textarea", "select")  # fmt: skip
_MACHINERY = frozenset({"anchor", "footnote-back"})
_BREAKS = re.compile(r"(?:\\\n[ \t]*){2,}")
_ADDRESS = re.compile(r"(?<![\w<(\[\"'=/])https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?…]")
_MARKS = re.compile(r"([\\`*_\[\]<>~&])")
_BLOCK_MARKS = re.compile(r"^(\s*)(#{1,6}|[-+>]|\d{1,9}[.)]|={3,}|-{3,})(?=\s|$)", re.MULTILINE)
_DEEPEST = 60  # elements
_MOST_TAGS = 8_000
_TAGS = re.compile(r"<[a-zA-Z/]")
MOST_BYTES = MAX_BYTES // 4


def markdown(html: str, base: str = "") -> str:
    """Relative addresses start from `base`. Raises ValueError, with a sentence, for what is too long or too involved."""
    if len(html.encode()) > MOST_BYTES:
        raise ValueError(f"Its notes are longer than {MOST_BYTES:,} bytes.")
    if not is_html(html):
        return _of_plain(html)
    if len(_TAGS.findall(html)) > _MOST_TAGS:
        raise ValueError(f"Its notes have more than {_MOST_TAGS:,} tags.")
    written = _of_html(html, base)
    again = _of_html(_rendered(written), base)
    return written if again == written or _rendered(again) == _rendered(written) else again


def _rendered(text: str) -> str:
    return render(text).html


def _of_plain(text: str) -> str:
    """Lines stay lines, as the feed's apps show them; addresses become links."""
    parts, position = [], 0
    text = paragraphs(text)
    for found in _ADDRESS.finditer(text):
        parts += [_escaped(text[position : found.start()]), f"<{found[0]}>"]
        position = found.end()
    whole = _BLOCK_MARKS.sub(r"\1\\\2", "".join([*parts, _escaped(text[position:])]))
    return re.sub(r"(?<=[^\n\\])\n(?=[^\n])", "\\\n", whole)


def _escaped(words: str) -> str:
    return _MARKS.sub(r"\\\1", words)


def _of_html(html: str, base: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    for tag in soup.find_all("a"):
        if _MACHINERY & set(tag.get("class") or ()):
            tag.decompose()
        else:
            _address(tag, "href", base)
    for tag in soup.find_all("img"):
        _address(tag, "src", base)
    if _depth(soup) > _DEEPEST:
        return _of_plain(soup.get_text("\n"))
    return _tidied(_converter().convert_soup(soup))


def _address(tag: Tag, name: str, base: str) -> None:
    written = str(tag.get(name) or "").strip()
    try:
        whole = urljoin(base, written) if written and not written.startswith("#") else written
        usable = urlsplit(whole).scheme in ("", "http", "https", "mailto", "tel")
    except ValueError:
        usable = False
    if usable and whole:
        tag[name] = "".join(whole.split())
    else:
        del tag[name]


def _depth(soup: BeautifulSoup) -> int:
    deepest = 0
    waiting: list[tuple[Tag, int]] = [(soup, 0)]
    while waiting:
        tag, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in tag.children if isinstance(child, Tag)]
    return deepest


class _Converter(MarkdownConverter):
    """What feeds use: a break is `\\`, two are a paragraph; a picture of another host becomes a link when rendered."""

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return " " if "_inline" in parent_tags else "\\\n"

    def convert_h1(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = " ".join(text.split())
        return f"\n\n## {words}\n\n" if words else ""  # the page has its own h1


@cache
def _converter() -> Any:
    return _Converter(
        heading_style="atx",
        bullets="-",
        escape_misc=True,
        newline_style="backslash",
        strip_document="strip",
        autolinks=True,
        table_infer_header=True,
    )


def _tidied(written: str) -> str:
    text = _BREAKS.sub("\n\n", written.replace("\r", ""))
    text = re.sub(r"\\\n(?=\s*(?:\n|\Z))", "\n", text)
    text = re.sub(r"(?m)^\\\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")
