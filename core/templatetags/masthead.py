"""The templates' own tags: {% load masthead %}."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.template import Context
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from core import pictures
from core.links import absolute as absolute_address
from core.markdown import MarkdownTooComplex, render_inline

register = template.Library()

# What would end the element or the text early for some parser; JSON reads the escapes as the same characters
_NOT_IN_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


@register.filter
def absolute(path: str) -> str:
    """The full address of a path on this site."""
    return absolute_address(path)


@register.filter
@lru_cache(maxsize=4096)
def inline(text: str) -> SafeString:
    """A headline or standfirst with its emphasis, code and curly quotes; as typed if that is too complex."""
    try:
        return mark_safe(render_inline(text))  # noqa: S308 - sanitised by core.markdown
    except MarkdownTooComplex:
        return escape(text)


@register.simple_tag
def json_ld(descriptions: list[dict[str, Any]] | None) -> SafeString:
    """One `<script type="application/ld+json">` for each description; data, so the content policy lets it pass."""
    texts = [
        json.dumps(described, ensure_ascii=False).translate(_NOT_IN_SCRIPT)
        for described in descriptions or []
    ]
    return mark_safe("\n".join(f'<script type="application/ld+json">{text}</script>' for text in texts))  # noqa: S308


@register.filter
def day(moment: datetime | None) -> SafeString:
    """`<time datetime="2026-11-21T08:00:00+00:00">21 November 2026</time>`; nothing for None."""
    if moment is None:
        return SafeString("")
    words = date_format(localtime(moment), "j F Y")
    return format_html(
        '<time datetime="{}">{}</time>', moment.astimezone(UTC).isoformat(timespec="seconds"), words
    )


@register.filter
def later_day(moment: datetime | None, than: datetime | None) -> bool:
    """Whether `moment` is on a later day, as readers here count days."""
    return bool(moment and than and localtime(moment).date() > localtime(than).date())


@register.filter
def page_numbers(page: "Page[Any]") -> list[int | str]:
    """The numbers a list of pages shows, an ellipsis where some are left out: [1, "…", 4, 5, 6, "…", 14]."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag(takes_context=True)
def page_address(context: Context, number: int) -> str:
    """The path of another page of the list shown; it keeps the search (`query`) and nothing else."""
    query: str = context.get("query") or ""
    wanted = ({"q": query} if query else {}) | ({"page": number} if number > 1 else {})
    path: str = context["request"].path
    return f"{path}?{urlencode(wanted)}" if wanted else path


@register.simple_tag
def picture(asset: Any, place: str, first: bool = False, silent: bool = False, alt: str = "") -> SafeString:
    """A picture (anything with `as_image()`) as one of core.places shows it; `alt` replaces its own words."""
    image = asset.as_image()
    words = "" if silent else alt or image.alt
    return mark_safe(pictures.picture(image, place, alt=words, first=bool(first)))  # noqa: S308 - escaped there


@register.simple_tag
def preload_picture(asset: Any, place: str) -> SafeString:
    """For the head: what `picture` will show in that place, asked for before the style."""
    return mark_safe(pictures.preload(asset.as_image(), place))  # noqa: S308 - escaped there


@register.filter
def hero_place(image: Any) -> str:
    """Which of core.places the picture at the top has."""
    return "hero-portrait" if is_portrait(image) else "hero"


@register.filter
def is_portrait(image: Any) -> bool:
    """Whether an image (anything with `width` and `height`) is higher than wide."""
    return bool(image.height > image.width)


@register.filter
def before[T](items: list[T], item: T) -> T | None:
    """What stands before `item` in a list; None for the first, and for what is not in it."""
    position = items.index(item) if item in items else 0
    return items[position - 1] if position else None


@register.filter
def after[T](items: list[T], item: T) -> T | None:
    """What stands after `item` in a list; None for the last, and for what is not in it."""
    return before(items[::-1], item)
