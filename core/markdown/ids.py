"""Ids of headings and link targets: readable, unique, and never one that a page template uses."""

import hashlib
import re
from collections.abc import Container
from urllib.parse import unquote

from django.utils.text import slugify

RESERVED_IDS = frozenset(
    """
    account article author body comments content content-main contents cookies csrf csrf-token dialog
    feedback footer footnotes form forms head header help home html language latest listen login logo
    logout logout-form main masthead menu messages nav navigation newsletter next notifications page
    pagination player playlist podcast-changes podcast-coming podcast-definition podcast-episodes
    podcast-feed-address podcast-kept podcast-limits podcast-links podcast-live-address
    podcast-live-error podcast-live-help podcast-live-tell podcast-moments podcast-newest
    podcast-sponsors podcast-who preferences preview previous progress read-on root script search
    section settings share sidebar site site-footer site-header site-name skip start-again status style
    subscribe tags theme title toc toolbar top topics transcript video
    """.split()  # noqa: SIM905 - one word a line would fill two screens
)
"""Ids of page furniture. A heading called "Search" becomes `section-search`."""

VALID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OUR_PREFIX = "footnote-"
_MAX_LENGTH = 80


def safe_id(words: str) -> str:
    """GitHub's way to an id, in plain ASCII; the same words always give the same id, and an id gives itself."""
    words = words[: 4 * _MAX_LENGTH].replace("_", "-")
    slug = slugify(words)[:_MAX_LENGTH].strip("-") or _numbered(words)
    return f"section-{slug}" if slug in RESERVED_IDS or slug.startswith(_OUR_PREFIX) else slug


def _numbered(words: str) -> str:
    # Scripts without a Latin letter: a digest keeps the link when other headings come and go
    plain = re.sub(r"\W+", "-", words.casefold()).strip("-")
    return f"part-{hashlib.blake2s(plain.encode(), digest_size=3).hexdigest()}" if plain else "part"


def claim(words: str, taken: dict[str, int]) -> str:
    """An id for these words that is not in `taken` (id -> times it was wished for again); it is added there."""
    base = safe_id(words)
    chosen, number = base, taken.get(base, 0)
    while chosen in taken:
        number += 1
        chosen = f"{base}-{number}"
    taken[base] = number
    taken.setdefault(chosen, 0)
    return chosen


def resolve_fragment(href: str, known: Container[str]) -> str:
    """A link inside the document as it was meant: `#Getting_Started` finds the heading `getting-started`."""
    fragment = href[1:]
    if fragment in known:
        return href
    resolved = safe_id(unquote(fragment))
    return f"#{resolved}" if resolved in known else href
