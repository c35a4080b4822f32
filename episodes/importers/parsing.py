"""The bytes of a feed as a `Feed`: what `import_feed` works on. A pure function: nothing is asked, nothing is written."""

from collections.abc import Iterator
from hashlib import sha256

from core.xml import Element, Refused
from episodes.importers import channel, entries, reading
from episodes.importers.entries import MOST_GUID
from episodes.importers.feed import MOST_ITEMS, Entry, Feed, Problem
from episodes.importers.names import every


def parse(data: bytes, content_type: str = "", base: str = "") -> Feed:
    """`base` is the address it came from. Raises Refused, with a line and a sentence, for what is no feed."""
    document = reading.read(data, content_type)
    if not channel.holds_items(document.root):
        raise Refused(document.root.line, f"This is no feed: it begins with <{document.root.name[:40]}>.")
    problems = [Problem("the feed", sentence) for sentence in document.told]
    about = channel.read(document.root)
    found = list(_items(document.root))
    if len(found) > MOST_ITEMS:
        raise Refused(found[MOST_ITEMS].line, f"The feed has more than {MOST_ITEMS:,} items.")
    read = [entries.read(element, number, about.link or base) for number, element in enumerate(found, 1)]
    return Feed(about, _identified(read), document.encoding, problems)


def _items(root: Element) -> Iterator[Element]:
    """In the channel, beside it (RSS 1.0, and by mistake), or entries of Atom."""
    yield from every(root, "atom:entry", "entry", "item")
    for inner in every(root, "channel"):
        yield from every(inner, "item")


def _identified(read: list[Entry]) -> list[Entry]:
    """Each with an identity of its own; of equals the first stays."""
    known: dict[str, Entry] = {}
    for entry in read:
        _identify(entry)
        if same := known.get(entry.guid):
            same.wrong(f"{entry.where} has the same guid, “{entry.guid[:80]}”, and was left out.")
        else:
            known[entry.guid] = entry
    return list(known.values())


def _identify(entry: Entry) -> None:
    """Without a guid it is the address of its audio or page, else what it says."""
    if 0 < len(entry.guid) <= MOST_GUID:
        return
    why = (
        f"Its guid has {len(entry.guid)} characters, more than {MOST_GUID}"
        if entry.guid
        else "It has no guid"
    )
    addresses = (entry.audio.url if entry.audio else "", entry.link)
    entry.guid = next((url for url in addresses if 0 < len(url) <= MOST_GUID), "")
    if entry.guid:
        entry.wrong(f"{why}; {entry.guid[:120]} became its identity.")
        return
    entry.guid = f"urn:sha256:{sha256(f'{entry.title}\n{entry.notes}'.encode()).hexdigest()}"
    entry.wrong(f"{why}, no audio and no link; its words became its identity.")
