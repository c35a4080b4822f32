"""Texts as apps take them: bounded, and HTML with few tags, cut where a tag begins or ends."""

import re
from functools import lru_cache

from core.feeds import absolute_html
from publishing.podcast_check.limits import MOST_PODCAST_TEXT, MOST_TEXT_BYTES, MOST_VALUE
from publishing.podcast_rss.writing import escaped

KEPT = frozenset({"p", "ol", "ul", "li", "a", "b", "i", "strong", "em", "br"})
_AS_PARAGRAPH = {"h2": "strong", "h3": "strong", "h4": "strong", "h5": "strong", "h6": "strong", "pre": ""}
_AS_PARAGRAPH |= {"summary": "strong", "figcaption": "em"}
_AS_BREAK = frozenset({"tr", "dt", "dd", "hr"})
_MACHINERY = re.compile(
    r'<(a|sup|lite-embed)\b[^>]*\b(?:class="(?:anchor|footnote-back|footnote-ref)"|data-src)[^>]*>.*?</\1>',
    re.DOTALL,
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)([^>]*)>")
_ANOTHER_TAG = re.compile(r"<(?!/?(?:p|ol|ul|li|a|b|i|strong|em|br)>)/?[a-z][a-z0-9-]*[^>]*>")
_HREF = re.compile(r' href="(?:https?:|mailto:)[^"]*"')
_EMPTY = re.compile(r"<(p|li|strong|em)>\s*</\1>|(?:<br>\s*)+(?=</?(?:p|ul|ol|li)\b)")
_BLANK_LINES = re.compile(r"\n\s*\n+")
_PIECE = re.compile(r"<[^>]*>|[^<]+")


def value(text: str, most: int = MOST_VALUE) -> str:
    """On one line, at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def short(text: str) -> str:
    """A text of the podcast namespace."""
    return value(text, MOST_PODCAST_TEXT)


def plain(text: str, most: int = MOST_TEXT_BYTES) -> str:
    """Plain text of at most so many bytes, cut between words."""
    text = text.strip()
    if len(text.encode("utf-8", "ignore")) <= most:
        return text
    cut = text.encode("utf-8", "ignore")[: most - 3].decode(errors="ignore")
    return f"{(cut.rpartition(' ')[0] or cut).rstrip()}…"


@lru_cache(maxsize=1024)
def description(notes: str, address: str, summary: str) -> str:
    """Our own HTML with the tags that apps know, in at most 4,000 bytes, links made absolute; first what sums it up.

    The last thousand are remembered, as a feed has many and one of them changes.
    """
    html = _ANOTHER_TAG.sub(lambda tag: _simpler(tag[0]), _MACHINERY.sub("", absolute_html(notes, address)))
    html = _BLANK_LINES.sub("\n", _EMPTY.sub("", html)).strip()
    if summary and not _words_of(html).startswith(_words_of(summary)):
        html = f"<p>{escaped(summary)}</p>\n{html}"
    return html if len(html.encode()) <= MOST_TEXT_BYTES else cut(html, MOST_TEXT_BYTES)


def _words_of(html: str) -> str:
    return " ".join(_TAG.sub("", html[:4000]).split())


@lru_cache(maxsize=2048)
def _simpler(tag: str) -> str:
    """Remembered: a feed has the same few tags ten thousand times."""
    close, name, more = _TAG.fullmatch(tag).groups()  # type: ignore[union-attr]
    if name == "a":
        href = _HREF.search(more)
        return "</a>" if close else f"<a{href[0]}>" if href else "<a>"
    if name in KEPT:
        return f"<{close}{name}>"
    if name in _AS_PARAGRAPH:
        inner = _AS_PARAGRAPH[name]
        if not inner:
            return f"<{close}p>"
        return f"</{inner}></p>" if close else f"<p><{inner}>"
    return "<br>" if name in _AS_BREAK and (close or name == "hr") else ""


def cut(html: str, most: int) -> str:
    """The beginning of simple HTML in at most so many bytes: it ends where a tag begins or ends, and all are closed.

    Only a first paragraph that fills it alone is cut between two words.
    """
    taken, opened, used = list[str](), list[str](), 0
    for piece in _PIECE.findall(html):
        after = opened[:-1] if piece.startswith("</") else [*opened, *_opened_by(piece)]
        left = most - used - len(_closing(after))
        if len(piece.encode()) > left:
            if not piece.startswith("<") and used < most / 2:
                return "".join([*taken, _words(piece, left), _closing(opened)])
            while taken and _opened_by(taken[-1]):
                taken.pop()
                opened.pop()
            return "".join([*taken, _closing(opened)])
        taken.append(piece)
        opened, used = after, used + len(piece.encode())
    return html


def _opened_by(piece: str) -> list[str]:
    opens = piece.startswith("<") and not piece.startswith("</") and piece != "<br>"
    return [piece[1:-1].partition(" ")[0]] if opens else []


def _closing(opened: list[str]) -> str:
    return "".join(f"</{name}>" for name in reversed(opened))


def _words(text: str, most: int) -> str:
    """No blank is inside of a character reference."""
    return f"{text.encode()[: most - 3].decode(errors='ignore').rpartition(' ')[0]}…"
