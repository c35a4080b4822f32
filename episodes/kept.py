"""What an import keeps because a feed said so and nothing here has a place for it: given out again as it came.

Of an episode:
    transcripts   [{"url", "type", "language", "rel"}]   where no transcript of its own is
    chapters      {"url", "type"}                        where no chapters of its own are
    image         an address                             where it has no artwork
    alternate     [podcast:alternateEnclosure, as an element]
    more          [elements of the podcast: namespace that nothing here knows]
Of a show:
    image         an address, where it has no artwork
    more          as above
An element is {"name": "podcast:value", "attributes": {…}, "text": "…", "children": [elements]}.
"""

from typing import Any, TypedDict


class Element(TypedDict):
    name: str
    attributes: dict[str, str]
    text: str
    children: list[Any]
