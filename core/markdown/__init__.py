"""Markdown to HTML: the only way text of authors becomes HTML in this project.

Render when something is saved and keep the result with its version; 27 KB of Markdown take about 100 ms.
"""

from collections.abc import Mapping
from functools import lru_cache

from core.markdown.colours import stylesheet
from core.markdown.embeds import EMBED_HOSTS
from core.markdown.ids import RESERVED_IDS
from core.markdown.limits import MarkdownTooComplex, check_length, replace_unusable
from core.markdown.page import Page
from core.markdown.parser import parser
from core.markdown.plain import count_words, plain_text
from core.markdown.results import Heading, Rendered
from core.markdown.sanitise import clean, clean_inline
from core.pictures import Image

__all__ = [
    "EMBED_HOSTS",
    "RENDERER_VERSION",
    "RESERVED_IDS",
    "Heading",
    "Image",
    "MarkdownTooComplex",
    "Rendered",
    "image_references",
    "inline_text",
    "render",
    "render_inline",
    "stylesheet",
]

RENDERER_VERSION = 2
"""Goes up whenever the same source gives other HTML: stored renderings with a lower one are out of date."""


def render(source: str, images: Mapping[str, Image] | None = None, *, nofollow: bool = False) -> Rendered:
    """Render a document. `images` maps `asset:42`, as authors write it, to the picture; unknown ones become a note.

    `nofollow` marks links to other hosts as not endorsed, for text that readers write.
    Raises MarkdownTooComplex, with a message for the author, and nothing else.
    """
    page = Page(images=images or {}, nofollow=nofollow)
    html = clean(_convert(source, page), page)
    return Rendered(html, page.headings, plain_text(html), count_words(html), RENDERER_VERSION)


def render_inline(source: str) -> str:
    """Render a headline or caption: emphasis and code as safe HTML; links and pictures leave their words.

    Raises MarkdownTooComplex.
    """
    return clean_inline(_convert(source, Page(inline=True)))


@lru_cache(maxsize=4096)
def inline_text(source: str) -> str:
    """A headline or standfirst as plain text, for feeds and search engines; as typed if it is too complex."""
    try:
        return plain_text(render_inline(source))
    except MarkdownTooComplex:
        return source


def image_references(source: str) -> list[str]:
    """The pictures of the library a document uses, as `asset:42`, each once, in order. Raises MarkdownTooComplex."""
    page = Page()
    _convert(source, page)
    return list(dict.fromkeys(page.references))


def _convert(source: str, page: Page) -> str:
    source = replace_unusable(source)
    check_length(source)
    convert = parser().renderInline if page.inline else parser().render
    try:
        return str(convert(source, {"page": page}))
    except RecursionError as error:
        raise MarkdownTooComplex("This text is nested too deeply.") from error
