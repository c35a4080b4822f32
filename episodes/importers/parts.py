"""What channels and items have in common: persons, funding, licences, and what is kept as it came."""

from collections.abc import Iterator

from core.xml import Element
from episodes.importers import values
from episodes.importers.feed import Named
from episodes.importers.judging import link
from episodes.importers.names import attribute, every, first, name_of, prefix, text
from episodes.kept import Element as Kept

MOST_KEPT = 200  # elements of a channel or item


def persons(element: Element) -> list[Named]:
    """https://podcastindex.org/namespace/1.0#person, each person and role once."""
    found: dict[tuple[str, str], Named] = {}
    for said in every(element, "podcast:person"):
        name = values.plain(said.text)[:200]
        role = values.one_line(attribute(said, "role")).lower()[:60] or "host"
        if name:
            href, img = (
                link(attribute(said, "href"), most=400).url,
                link(attribute(said, "img"), most=200).url,
            )
            found.setdefault((name, role), Named(name, role, href, img))
    return list(found.values())


def image(element: Element, base: str = "") -> str:
    """The largest promise first: itunes:image, then podcast:image as artwork, RSS's and Media RSS's own."""
    said = [
        attribute(first(element, "itunes:image"), "href", "url"),
        text(element, "itunes:image"),
        next(
            (
                attribute(each, "href")
                for each in every(element, "itunes:link")
                if attribute(each, "rel") == "image"
            ),
            "",
        ),
        attribute(first(element, "googleplay:image"), "href"),
        next((attribute(each, "href") for each in _artwork(element)), ""),
        text(first(element, "image") or element, "url"),
        next(_thumbnails(element), ""),
        text(element, "atom:logo"),
    ]
    return next((url for each in said if each and (url := link(each, base).url)), "")


def _artwork(element: Element) -> Iterator[Element]:
    purposes = ((each, attribute(each, "purpose")) for each in every(element, "podcast:image"))
    return (each for each, purpose in purposes if not purpose or "artwork" in purpose)


def _thumbnails(element: Element) -> Iterator[str]:
    for place in (element, *every(element, "media:group", "media:content")):
        yield from (
            attribute(each, "url") for each in every(place, "media:thumbnail") if attribute(each, "url")
        )


def funding(element: Element) -> tuple[str, str, list[Element]]:
    """(address, label, the further ones)."""
    usable = [
        each for each in every(element, "podcast:funding") if link(attribute(each, "url"), most=400).url
    ]
    if not usable:
        return "", "", []
    return link(attribute(usable[0], "url")).url, values.one_line(usable[0].text)[:128], usable[1:]


def kept(elements: list[Element]) -> list[Kept]:
    return [_kept(element) for element in elements[:MOST_KEPT]]


def _kept(element: Element) -> Kept:
    """Blanks around a text are the layout of the feed."""
    return {
        "name": f"{prefix(element.namespace)}:{element.name}",
        "attributes": {name: value for (_, name), value in element.attributes.items()},
        "text": element.text.strip(),
        "children": [_kept(child) for child in element.children if prefix(child.namespace) == "podcast"],
    }


def unknown(element: Element, known: frozenset[str]) -> list[Element]:
    """The podcast: elements that nothing here has a place for."""
    return [
        child
        for child in element.children
        if name_of(child).startswith("podcast:") and name_of(child) not in known
    ]
