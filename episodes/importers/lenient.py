"""The last resort: what feedparser makes of a feed that no repair helps, written as the tree that a sound one would have been.

Only for text that `repairing` has seen: it declares no entities.
"""

from typing import Any

import feedparser

from core.xml import Element, Refused
from episodes.importers.repairing import KNOWN

_ITUNES, _CONTENT = KNOWN["itunes"], KNOWN["content"]
_PLAIN = {
    "title": ("", "title"),
    "link": ("", "link"),
    "id": ("", "guid"),
    "published": ("", "pubDate"),
    "itunes_duration": (_ITUNES, "duration"),
    "itunes_episode": (_ITUNES, "episode"),
    "itunes_season": (_ITUNES, "season"),
    "itunes_episodetype": (_ITUNES, "episodeType"),
    "itunes_title": (_ITUNES, "title"),
    "itunes_type": (_ITUNES, "type"),
    "subtitle": ("", "description"),
    "summary": ("", "description"),
    "language": ("", "language"),
    "rights": ("", "copyright"),
    "author": (_ITUNES, "author"),
}


def tree(data: bytes, refusal: Refused) -> Element:
    """Elements without lines (0). Raises `refusal` if there is no feed in it."""
    found = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not found.entries and not found.feed.get("title"):
        raise refusal
    channel = Element("", "channel", 0, {}, children=[*_common(found.feed), *_of_feed(found.feed)])
    channel.children += [
        Element("", "item", 0, {}, children=[*_common(entry), *_of_entry(entry)]) for entry in found.entries
    ]
    return Element("", "rss", 0, {}, children=[channel])


def _common(told: Any) -> list[Element]:
    made = [_element(*names, text=str(told[key])) for key, names in _PLAIN.items() if told.get(key)]
    if image := (told.get("image") or {}).get("href"):
        made.append(_element(_ITUNES, "image", href=image))
    if told.get("itunes_explicit") is not None:
        made.append(_element(_ITUNES, "explicit", text="yes" if told["itunes_explicit"] else "no"))
    return made


def _of_feed(feed: Any) -> list[Element]:
    owner = feed.get("publisher_detail") or {}
    names = [_element(_ITUNES, key, text=owner[key]) for key in ("name", "email") if owner.get(key)]
    made = [Element(_ITUNES, "owner", 0, {}, children=names)] if names else []
    return made + [
        _element(_ITUNES, "category", text_=tag["term"]) for tag in feed.get("tags", []) if tag.get("term")
    ]


def _of_entry(entry: Any) -> list[Element]:
    made = [
        _element(
            "",
            "enclosure",
            url=link.get("href", ""),
            type=link.get("type", ""),
            length=str(link.get("length", "")),
        )
        for link in entry.get("enclosures", [])
    ]
    return made + [_element(_CONTENT, "encoded", text=part.value) for part in entry.get("content", [])[:1]]


def _element(namespace: str, name: str, text: str = "", text_: str = "", **attributes: str) -> Element:
    given = attributes | ({"text": text_} if text_ else {})
    return Element(namespace, name, 0, {("", key): value for key, value in given.items()}, text)
