"""Links to other sites, by what `publishing.links.link_checks` found there. Nobody is asked while somebody waits.

A dead one is a warning, not an error: the other site's state is not the author's doing, it may look different from where
readers are, and nobody else's outage may stop us from publishing.
"""

from collections.abc import Iterator

from core.markdown.reading import Link
from publishing.links.outside_links import address_of
from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule
from publishing.models import OutsideLink
from publishing.models.links import OutsideLinkQuerySet


@rule("link-outside-dead", Level.WARNING)
def dead_outside_link(text: Checked) -> Iterator[Problem]:
    """A link to a page of another site that is gone."""
    for link, row in _found(text, OutsideLink.objects.dead()):
        yield Problem(
            f"{link.href} seems dead. {row.problem}",
            "Link to where it is now or to an archived copy, or take the link out.",
            excerpt=link.href,
            line=link.line,
        )


@rule("link-outside-moved", Level.INFO)
def moved_outside_link(text: Checked) -> Iterator[Problem]:
    """A link to a page of another site that has moved for good."""
    for link, row in _found(text, OutsideLink.objects.moved()):
        yield Problem(
            f"{link.href} has moved for good to {row.final_url}; readers are led on.",
            f"Link to {row.final_url}.",
            excerpt=link.href,
            line=link.line,
        )


def _found(text: Checked, rows: OutsideLinkQuerySet) -> Iterator[tuple[Link, OutsideLink]]:
    """The links that are among the rows, in the order of the text."""
    urls = {link.href: url for link in text.links if (url := address_of(link.href))}
    known = {row.url: row for row in rows.to(set(urls.values()))} if urls else {}
    for link in text.links:
        if row := known.get(urls.get(link.href, "")):
            yield link, row
