"""The words of links: they are read aloud and skimmed without the sentence around them."""

import re
from collections.abc import Iterator

from core.markdown import addresses
from core.markdown.reading import Link
from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule

_SAYS_NOTHING = frozenset(
    {
        "click",
        "click here",
        "click this",
        "here",
        "link",
        "link here",
        "more",
        "over here",
        "read more",
        "right here",
        "see here",
        "the link",
        "this",
        "this link",
        "this one",
        "this page",
    }
)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LOCAL = re.compile(r"https?://(?:localhost|127\.|0\.0\.0\.0|\[::1\])", re.IGNORECASE)


@rule("link-words", Level.WARNING)
def words_that_say_nothing(text: Checked) -> Iterator[Problem]:
    """Link text such as “here” or “click here”."""
    for link in text.links:
        if link.words.strip(" .,:;!?…()[]→»›\u2009").casefold() in _SAYS_NOTHING:
            yield Problem(
                f"The link “{link.words}” does not say where it leads.",
                "Put the link on the words that name what is there: “the release notes” instead of “here”.",
                excerpt=f"[{link.words}]({link.href})",
                line=link.line,
            )


@rule("link-empty", Level.ERROR)
def nothing_to_click(text: Checked) -> Iterator[Problem]:
    """A link without words or picture."""
    for link in text.links:
        if not link.words and not link.has_picture:
            yield Problem(
                "A link has no words: nobody can see or follow it.",
                "Write in the square brackets what it leads to, or take it out.",
                excerpt=f"[]({link.href})",
                line=link.line,
            )


@rule("link-bare-url", Level.WARNING)
def bare_url(text: Checked) -> Iterator[Problem]:
    """An address as the text of a link."""
    for link in text.links:
        if _shows_a_path(link):
            yield Problem(
                "An address stands in the text as it is; it is hard to read, and worse to listen to.",
                "Put the link on words: [what is there](address).",
                excerpt=link.words,
                line=link.line,
            )


def _shows_a_path(link: Link) -> bool:
    """`https://example.org` alone is as good as a name; nobody follows an address of their own machine."""
    if not _URL.fullmatch(link.words) or _LOCAL.match(link.words):
        return False
    parts = addresses.parse(link.words if "//" in link.words else f"//{link.words}")
    return parts is not None and bool(parts.path.strip("/") or parts.query)
