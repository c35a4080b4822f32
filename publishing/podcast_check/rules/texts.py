"""Texts: how long they may be, and what does not belong into them."""

import re
from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import limits
from publishing.podcast_check.feed import CONTENT, ITUNES, PODCAST, Feed, name_of
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, ITEM, LIVE, Spot, at, rule

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])[^<>]{0,2000}>")
_KEPT = frozenset({"p", "ol", "ul", "li", "a", "b", "i", "strong", "em", "br"})
_DANGEROUS = re.compile(
    r"<\s*(?:script|iframe|object|embed|style|form)\b|\son[a-z]{3,20}\s*=\s*[\"']|javascript:", re.IGNORECASE
)
_INVISIBLE = re.compile("[\u007f-\u0084\u0086-\u009f\ufffd]")
_LONG = {("", "description"), (CONTENT, "encoded"), (ITUNES, "summary"), (PODCAST, "txt")}
_EVERYWHERE = f"{CHANNEL}|{ITEM}|{LIVE}"
_MOST = f"{limits.MOST_TEXT_BYTES:,}"


@rule(
    "description-long",
    Level.ERROR,
    "channel/description",
    f"The description has {{size}} bytes; apps show at most {_MOST}.",
    "Shorten it.",
)
@rule(
    "item-description-long",
    Level.WARNING,
    "item/description",
    f"The description has {{size}} bytes; apps show at most {_MOST}.",
    "Shorten it, on the border of a tag; content:encoded holds the whole notes.",
)
def long_description(element: Element, feed: Feed) -> Iterator[Spot]:
    size = len(element.text.strip().encode(errors="replace"))
    if size > limits.MOST_TEXT_BYTES:
        yield at(element, size=f"{size:,}")


@rule(
    "description-html",
    Level.WARNING,
    "channel/description",
    "The show's description holds HTML ({tag}), which apps show as it is typed.",
    "Write plain text.",
)
def html_in_description(element: Element, feed: Feed) -> Iterator[Spot]:
    found = _TAG.search(element.text)
    if found:
        yield at(element, tag=found[0])


@rule(
    "title-html",
    Level.WARNING,
    "channel|item/title",
    "The title holds HTML ({tag}), which apps show as it is typed.",
    "Write plain text.",
)
def html_in_title(element: Element, feed: Feed) -> Iterator[Spot]:
    found = _TAG.search(element.text)
    if found:
        yield at(element, tag=found[0])


@rule(
    "notes-dangerous",
    Level.WARNING,
    "item/description",
    "The show notes hold “{found}”, which apps throw away, or the whole notes with it.",
    "Leave scripts, frames and event handlers out.",
)
@rule(
    "content-dangerous",
    Level.WARNING,
    "item/content:encoded",
    "The show notes hold “{found}”, which apps throw away, or the whole notes with it.",
    "Leave scripts, frames and event handlers out.",
)
def dangerous(element: Element, feed: Feed) -> Iterator[Spot]:
    found = _DANGEROUS.search(element.text)
    if found:
        yield at(element, found=found[0])


@rule(
    "notes-tags",
    Level.INFO,
    "item/description",
    "The show notes use <{tags}>, which few apps show.",
    "Keep to p, ol, ul, li, a, b, i, strong, em and br; content:encoded may hold more.",
)
def tags(element: Element, feed: Feed) -> Iterator[Spot]:
    found = {tag.lower() for tag in _TAG.findall(element.text)} - _KEPT
    if found:
        yield at(element, tags=">, <".join(sorted(found)))


@rule(
    "summary-long",
    Level.WARNING,
    "channel|item/itunes:summary",
    f"itunes:summary has {{size}} characters; apps read at most {limits.MOST_SUMMARY:,}.",
    "Leave it out: apps read the description.",
)
def long_summary(element: Element, feed: Feed) -> Iterator[Spot]:
    size = len(element.text.strip())
    if size > limits.MOST_SUMMARY:
        yield at(element, size=f"{size:,}")


@rule(
    "too-long",
    Level.WARNING,
    _EVERYWHERE,
    "{name} has {size} characters; {most} are read.",
    "Shorten it.",
)
def too_long(parent: Element, feed: Feed) -> Iterator[Spot]:
    for child in parent.children:
        most = limits.MOST_PODCAST_TEXT if child.namespace == PODCAST else limits.MOST_VALUE
        if len(child.text) <= most or (child.namespace, child.name) in _LONG:
            continue
        size = len(child.text.strip())
        if size > most and (not child.namespace or child.namespace in (ITUNES, PODCAST)):
            yield at(child, name=name_of(child), size=size, most=most)


@rule(
    "invisible-characters",
    Level.WARNING,
    _EVERYWHERE,
    "{name} holds the character U+{code}, which is none: a text was read in the wrong encoding.",
    "Mend the text where it is kept.",
)
def invisible(parent: Element, feed: Feed) -> Iterator[Spot]:
    for child in parent.children:
        found = _INVISIBLE.search(child.text)
        if found:
            yield at(child, name=name_of(child), code=f"{ord(found[0]):04X}")


@rule(
    "keywords-unseparated",
    Level.INFO,
    "channel|item/itunes:keywords",
    "The keywords are not separated by commas.",
    "Leave itunes:keywords out: nothing reads it any more.",
)
def keywords(element: Element, feed: Feed) -> Iterator[Spot]:
    if "," not in element.text and len(element.text.split()) > 1:
        yield at(element)
