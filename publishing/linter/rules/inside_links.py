"""Links to places on this site and on the same page."""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from core.markdown.reading import Link
from publishing.linter import inside
from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.inside import Reach, Target
from publishing.linter.registry import rule

_SCHEDULED = "scheduled"


@rule("link-dead", Level.ERROR)
def dead_link(text: Checked) -> Iterator[Problem]:
    """A link to an address of this site where nothing is."""
    for link, target in _targets(text):
        if target.reach is Reach.GONE:
            yield Problem(
                f"There is nothing at {link.href} on this site.",
                "Correct the address, or take the link out. Addresses on this site begin with a slash.",
                excerpt=link.href,
                line=link.line,
            )


@rule("link-hidden", Level.ERROR)
def hidden_link(text: Checked) -> Iterator[Problem]:
    """A link to something of this site that readers may not see."""
    for link, target in _targets(text):
        if target.reach is Reach.HIDDEN and target.detail != _SCHEDULED:
            yield Problem(
                f"What {link.href} leads to is not published ({target.detail.replace('_', ' ')}).",
                "Publish that first, or take the link out.",
                excerpt=link.href,
                line=link.line,
            )


@rule("link-scheduled", Level.WARNING)
def scheduled_link(text: Checked) -> Iterator[Problem]:
    """A link to something of this site that is not live yet."""
    for link, target in _targets(text):
        if target.reach is Reach.HIDDEN and target.detail == _SCHEDULED:
            yield Problem(
                f"What {link.href} leads to is scheduled, and not there until then.",
                "See that it goes live before this does.",
                excerpt=link.href,
                line=link.line,
            )


@rule("link-moved", Level.WARNING)
def moved_link(text: Checked) -> Iterator[Problem]:
    """A link to an old address of this site."""
    for link, target in _targets(text):
        if target.reach is Reach.MOVED:
            yield Problem(
                f"{link.href} has moved to {target.detail}; readers are led on.",
                f"Link to {target.detail}.",
                excerpt=link.href,
                line=link.line,
            )


@rule("link-anchor", Level.WARNING)
def missing_anchor(text: Checked) -> Iterator[Problem]:
    """A link to a place on the page that is not there."""
    for link in text.links:
        if link.href.startswith("#") and not _is_on_page(link, text):
            yield Problem(
                f"Nothing on this page is called {link.href}: the link does nothing.",
                "Link to a heading: its words in small letters with hyphens, “#how-it-works”.",
                excerpt=link.href,
                line=link.line,
            )


@rule("links-many", Level.WARNING)
def more_than_are_checked(text: Checked) -> Iterator[Problem]:
    """So many links to this site that not all were looked up."""
    if len({link.href for link in text.links}) > inside.MOST:
        yield Problem(
            f"There are so many links that only the first {inside.MOST:,} to this site were looked up.",
            "Divide the text into several.",
        )


def _targets(text: Checked) -> Iterator[tuple[Link, Target]]:
    for link in text.links:
        if target := text.inside.get(link.href):
            yield link, target


def _is_on_page(link: Link, text: Checked) -> bool:
    fragment = link.href[1:]
    is_top = fragment.casefold() in ("", "top")
    return is_top or fragment.startswith(":~:") or text.has_target(unquote(urlsplit(link.href).fragment))
