"""Judges a podcast's feed, ours or anybody's, by what apps and directories ask for.

for finding in check(data):
    print(finding.level, finding.line, finding.message)
"""

import re
from collections.abc import Iterator, Mapping

from core.xml import Element, Refused, tree
from publishing.podcast_check import rules, table
from publishing.podcast_check.facts import Facts, File, Picture
from publishing.podcast_check.feed import PODCAST, Feed
from publishing.podcast_check.findings import Finding, Level

__all__ = ["Facts", "Feed", "File", "Finding", "Level", "Picture", "Unreadable", "check", "findings", "read"]

rules.load()
_DECLARED = re.compile(rb"""^<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BLANK = re.compile(rb"[ \t\r\n]+")


class Unreadable(ValueError):
    """`Unreadable(line, sentence)`: this is no podcast's feed at all."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def check(data: bytes, *, known_lengths: Mapping[str, int] | None = None) -> list[Finding]:
    """All that is wrong with a document, by its lines; what is no feed is one finding, `unreadable`.

    `known_lengths`: how many bytes some enclosures really have, by their address.
    """
    files = {address: File(bytes=length) for address, length in (known_lengths or {}).items()}
    try:
        return findings(read(data, Facts(files=files)))
    except Unreadable as error:
        fix = "Apps cannot read it either: mend the document first."
        return [Finding(Level.ERROR, "unreadable", error.line, str(error), fix)]


def read(data: bytes, facts: Facts | None = None) -> Feed:
    """Raises Unreadable. Blanks before the XML declaration are passed over, for a rule to speak of."""
    blank = _BLANK.match(data)
    before = blank[0] if blank and data.startswith(b"<?xml", blank.end()) else b""
    data = data[len(before) :]
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    try:
        root = tree(data)
    except Refused as refused:
        raise Unreadable(refused.line + before.count(b"\n"), str(refused)) from refused
    _move(root, before.count(b"\n"))
    if root.name != "rss":
        raise Unreadable(root.line, f"This is no RSS: its outermost element is <{table.shown(root.name)}>.")
    channel = root.first("channel")
    if channel is None:
        raise Unreadable(root.line, "This RSS has no channel.")
    encoding = declared[1].decode().lower() if declared else ""
    return Feed(root, channel, encoding, bool(before), facts or Facts())


def findings(feed: Feed) -> list[Finding]:
    """By line, the gravest first."""
    found = [*_of(table.DOCUMENT, feed.root, feed, None), *_of(table.CHANNEL, feed.channel, feed, None)]
    for child in feed.channel.children:
        if child.name == "item" and not child.namespace:
            found += _of(table.ITEM, child, feed, child)
        elif child.name == "liveItem" and child.namespace == PODCAST:
            found += _of(table.LIVE, child, feed, child)
    return sorted(found, key=lambda finding: (finding.line, finding.level.rank))


def _of(kind: str, element: Element, feed: Feed, item: Element | None) -> Iterator[Finding]:
    for row in table.rules_for(kind):
        yield from row.findings(element, feed, item)
    for child in element.children:
        for row in table.rules_for(kind, child):
            yield from row.findings(child, feed, item)


def _move(root: Element, lines: int) -> None:
    if lines:
        waiting = [root]
        while waiting:
            element = waiting.pop()
            element.line += lines
            waiting += element.children
