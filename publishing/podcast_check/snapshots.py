"""What of a feed must stay as it was: who its episodes are, and how large their files.

{"guid": "<podcast:guid>", "items": [{"guid", "title", "date", "url", "length", "type"}, …]}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields

from core.xml import Element
from publishing.podcast_check.facts import File
from publishing.podcast_check.feed import PODCAST, Feed


class NoSnapshot(ValueError):
    """The text is none; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One episode. Everything is as the feed writes it, blanks around it apart."""

    guid: str
    title: str
    date: str
    url: str
    length: str
    type: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    guid: str
    items: tuple[Entry, ...]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


@dataclass(frozen=True, slots=True)
class Change:
    """`breaks`: apps lose an episode, load it again, or cut it off."""

    breaks: bool
    kind: str  # new, vanished, guid, show-guid, length, file, title, date
    guid: str
    message: str


def taken(feed: Feed) -> Snapshot:
    return Snapshot(feed.channel.text_of("guid", PODCAST), tuple(map(_entry, feed.items)))


def read(text: str) -> Snapshot:
    """Of what `as_json` wrote. Raises NoSnapshot."""
    try:
        found = json.loads(text)
        names = [field.name for field in fields(Entry)]
        items = tuple(Entry(*(str(item[name]) for name in names)) for item in found["items"])
        return Snapshot(str(found["guid"]), items)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NoSnapshot("This is no snapshot of a feed.") from error


def compare(old: Snapshot, new: Snapshot, files: Mapping[str, File] | None = None) -> Iterator[Change]:
    """What is different, the show first, then episodes in the old order, then new ones.

    `files`: what servers say of the files that the feed names now.
    """
    yield from _of_the_show(old, new)
    now = {entry.guid: entry for entry in reversed(new.items)}
    by_url = {entry.url: entry for entry in reversed(new.items) if entry.url}
    by_name = {(entry.title, entry.date): entry for entry in reversed(new.items)}
    known = {entry.guid for entry in old.items}
    renamed = set()
    for entry in old.items:
        if entry.guid in now:
            yield from _of_one(entry, now[entry.guid])
            continue
        again = by_url.get(entry.url) or by_name.get((entry.title, entry.date))
        if again and again.guid not in known:
            renamed.add(again.guid)
            yield Change(True, "guid", entry.guid, f"{_name(entry)} has another guid: {again.guid}.")
        else:
            yield Change(True, "vanished", entry.guid, f"{_name(entry)} is gone.")
    for entry in new.items:
        if entry.guid not in known | renamed:
            yield Change(False, "new", entry.guid, f"{_name(entry)} is new.")
        yield from _served(entry, (files or {}).get(entry.url))


def _of_the_show(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    if old.guid and old.guid != new.guid:
        now = f"is {new.guid} now" if new.guid else "is gone"
        yield Change(True, "show-guid", old.guid, f"The show's podcast:guid {old.guid} {now}.")
    elif old.guid != new.guid:
        yield Change(False, "show-guid", new.guid, f"The show has a podcast:guid now: {new.guid}.")


def _of_one(old: Entry, new: Entry) -> Iterator[Change]:
    """Whatever else may change; it is named, so that nobody wonders."""
    if old.url != new.url:
        yield Change(False, "file", old.guid, f"{_name(new)} has its file elsewhere: {new.url or 'nowhere'}.")
    if old.length != new.length:
        words = f"{_name(new)} has {new.length or 'no'} bytes instead of {old.length or 'none'}."
        yield Change(False, "length", old.guid, words)
    if old.title != new.title:
        yield Change(False, "title", old.guid, f"{_name(old)} is called “{new.title}” now.")
    if old.date != new.date:
        yield Change(False, "date", old.guid, f"{_name(new)} has another date: {new.date}.")


def _served(entry: Entry, file: File | None) -> Iterator[Change]:
    if file and file.problem:
        yield Change(True, "length", entry.guid, f"The file of {_name(entry)} cannot be had: {file.problem}")
    elif file and file.bytes is not None and str(file.bytes) != entry.length:
        words = f"{_name(entry)} should have {entry.length or 'no'} bytes, and its file has {file.bytes}."
        yield Change(True, "length", entry.guid, words)


def _entry(item: Element) -> Entry:
    enclosure = item.first("enclosure")
    url, length, kind = (enclosure.get(name) if enclosure else "" for name in ("url", "length", "type"))
    return Entry(item.text_of("guid"), item.text_of("title"), item.text_of("pubDate"), url, length, kind)


def _name(entry: Entry) -> str:
    return f"“{entry.title or entry.guid or 'an episode without a title'}”"
