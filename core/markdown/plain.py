"""Plain text of rendered HTML. It relies on the sanitiser's output: well-formed, no `<` or `>` inside attributes."""

import re
from html import unescape

_MACHINERY = re.compile(
    r'<(lite-embed|a|sup|span)\b[^>]*\b(?:data-src|class="(?:anchor|footnote-back|footnote-ref|missing-image)")[^>]*>.*?</\1>',
    re.DOTALL,
)
_LISTING = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_WITHIN_LINE = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|u|var|wbr)\b[^>]*>"
)
_TAG = re.compile(r"<[^>]*>")
_BLANK = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\s*\n\s*")
# Chinese and Japanese are written without spaces: a character counts as a word
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+(?:['\u2019.-]\w+)*")


def plain_text(html: str) -> str:
    """The words a reader sees, a line for each paragraph, heading, cell or line of code."""
    html = _MACHINERY.sub("", html)
    html = _TAG.sub("\n", _WITHIN_LINE.sub("", html))
    return _EMPTY_LINES.sub("\n", _BLANK.sub(" ", unescape(html))).strip()


def count_words(html: str) -> int:
    """Words of prose; code is not read at the same speed and does not count."""
    return sum(1 for _ in _WORD.finditer(plain_text(_LISTING.sub("", html))))
