"""Pictures: from the library as figures with their credit, from other hosts as links, missing ones as a short note."""

import re
from collections.abc import Mapping
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core import pictures
from core.markdown import addresses, links
from core.markdown.made import is_paragraph, replace_paragraph
from core.markdown.page import Page
from core.markdown.sanitise import clean_inline

_BREAKOUT = re.compile(r"\{(wide|full)\}\s*")


def figure(attributes: Mapping[str, str], page: Page, md: MarkdownIt, href: str = "") -> str:
    """A picture that stands alone, with its caption and credit; `href` makes the picture itself a link."""
    source, title = attributes.get("src", ""), attributes.get("title", "")
    breakout = _BREAKOUT.match(title)
    picture_html = picture(attributes, page, linked=bool(href), place=breakout[1] if breakout else "text")
    if href:
        picture_html = _link(href, picture_html, page)
    if "<img" not in picture_html:
        return f"<p>{picture_html}</p>\n"
    classes = f"figure {breakout[1]}" if breakout else "figure"
    caption = _caption(title[breakout.end() :] if breakout else title, _credit(source, page), md)
    return f'<figure class="{classes}">{picture_html}{caption}</figure>\n'


def picture(attributes: Mapping[str, str], page: Page, linked: bool, place: str = "text") -> str:
    """The picture as phrasing content: a `<picture>` or `<img>`, a link to another host, or a note that it is missing."""
    source, alt = attributes.get("src", ""), attributes.get("alt", "").strip()
    if page.inline:
        return escape(alt)
    if source.startswith("asset:"):
        page.references.append(source)
        return _asset(source, alt, page, place)
    if addresses.is_own_file(source):
        size = {key: attributes[key] for key in ("width", "height") if attributes.get(key, "").isdecimal()}
        lazy = {"loading": "lazy", "decoding": "async"}
        return pictures.tag("img", {"src": source, "alt": alt} | size | lazy)
    if addresses.is_outside(source):
        return (
            f'<span class="outside-image">{escape(alt)}</span>' if linked else outside_link(source, alt, page)
        )
    return _missing(alt)


def outside_link(url: str, words: str, page: Page | None = None) -> str:
    """A link in the place of something that is not loaded from another host; "" if the URL names none."""
    if not addresses.is_outside(url):
        return ""
    href = f"https:{url}" if url.startswith("//") else url
    return _link(
        href, escape(words.strip() or addresses.file_name(url)), page or Page(), ' class="outside-image"'
    )


def _asset(source: str, alt: str, page: Page, place: str) -> str:
    image = page.images.get(source)
    if image is None:
        return _missing(alt)
    return pictures.picture(image, place, alt=alt or ("" if image.decorative else image.alt))


def _missing(alt: str) -> str:
    return f'<span class="missing-image">Image not available{": " + escape(alt) if alt else ""}</span>'


def _link(href: str, html: str, page: Page, more: str = "") -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in links.attributes(href, page).items())
    return f"<a{written}{more}>{html}</a>"


def _credit(source: str, page: Page) -> str:
    image = page.images.get(source)
    return image.credit.strip() if image else ""


def _caption(words: str, credit: str, md: MarkdownIt) -> str:
    parts = []
    if words.strip():
        parts.append(clean_inline(md.renderInline(words.strip(), {"page": Page(inline=True)})))
    if credit:
        parts.append(f'<span class="credit">{escape(credit)}</span>')
    return f"<figcaption>{' '.join(parts)}</figcaption>" if parts else ""


def replace_paragraph_by_figure(tokens: list[Token], index: int, page: Page, md: MarkdownIt) -> bool:
    """Whether the inline token at `index` was a paragraph of nothing but a picture; if so, a figure is in its place."""
    found = _only_picture(tokens[index].children or []) if is_paragraph(tokens, index) else None
    if found:
        image, href = found
        replace_paragraph(tokens, index, figure(attributes_of(image, md), page, md, href))
    return bool(found)


def attributes_of(image: Token, md: MarkdownIt) -> dict[str, str]:
    """A picture written in Markdown, as if it had been an `<img>`."""
    alt = md.renderer.renderInlineAsText(image.children, md.options, {})  # type: ignore[attr-defined]
    return {"src": str(image.attrs.get("src", "")), "title": str(image.attrs.get("title", "")), "alt": alt}


def _only_picture(children: list[Token]) -> tuple[Token, str] | None:
    """The picture (and the address it is linked to) if there is nothing else."""
    kinds = [child.type for child in children]
    if kinds == ["image"]:
        return children[0], ""
    if kinds == ["link_open", "image", "link_close"]:
        return children[1], str(children[0].attrs.get("href", ""))
    return None
