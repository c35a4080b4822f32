"""What a feed says of the podcast itself."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.xml import Element
from episodes.categories import CATEGORIES, SEPARATOR
from episodes.importers import parts, values
from episodes.importers.feed import Channel, Problem
from episodes.importers.judging import link
from episodes.importers.names import attribute, every, first, is_atom, name_of, text
from episodes.models.shows import MOST_CATEGORIES, MOST_DESCRIPTION, Show, language_tag

_KNOWN = frozenset(
    f"podcast:{name}"
    for name in (
        "guid", "locked", "license", "funding", "location", "medium", "updatefrequency", "person", "podroll", "txt",
        "block", "liveitem", "image", "images", "complete",
    )
)  # fmt: skip
_OLD_CATEGORIES = {
    "Games & Hobbies": "Leisure",
    "Kids & Family": "Kids & Family",
    "News & Politics": "News",
    "Science & Medicine": "Science",
    "Sports & Recreation": "Sports",
    "Government & Organizations": "Government",
    "Technology > Tech News": "News > Tech News",
    "Technology > Podcasting": "Technology",
    "Technology > Gadgets": "Technology",
    "Technology > Software How-To": "Technology",
    "Arts > Literature": "Arts > Books",
    "Education > Language Courses": "Education > Language Learning",
    "Education > Training": "Education > How To",
    "Business > Business News": "News > Business News",
    "Business > Management & Marketing": "Business > Management",
    "Health": "Health & Fitness",
    "Health > Self-Help": "Education > Self-Improvement",
    "Society & Culture > History": "History",
    "Arts > Fashion": "Arts > Fashion & Beauty",
    "Movies & Television": "TV & Film",
    "Family": "Kids & Family",
    "International > Chinese": "News",
    "Public Radio": "News",
    "Comedy > Improv": "Comedy > Improv",
}  # fmt: skip
MOST_TAGLINE = 160
_LOW = {name.casefold(): name for name in CATEGORIES}
_OLD_LOW = {name.casefold(): name for name in _OLD_CATEGORIES}


def read(root: Element) -> Channel:
    """Of the outermost element: rss, rdf:RDF or feed."""
    element = root if is_atom(root) or root.name.lower() == "feed" else first(root, "channel") or root
    return _Reading(element).channel


class _Reading:
    def __init__(self, element: Element) -> None:
        self.element = element
        self.channel = Channel(line=element.line)
        self._words()
        self._owner()
        self._flags()
        self._namespace()
        self._identity()

    def wrong(self, why: str, element: Element | None = None) -> None:
        line = element.line if element else self.element.line
        self.channel.problems.append(Problem(f"the feed, line {line}" if line else "the feed", why))

    def said(self, *names: str) -> str:
        return text(self.element, *names)

    def _words(self) -> None:
        channel = self.channel
        title = values.plain(self.said("title", "atom:title", "itunes:title"))
        channel.title = self.cut("title", title, 128)
        channel.link = self._link()
        description = values.paragraphs(
            values.without_markup(
                self.said(
                    "description",
                    "itunes:summary",
                    "googleplay:description",
                    "atom:subtitle",
                    "itunes:subtitle",
                )
            )
        )
        channel.description = self._description(description)
        subtitle = values.plain(self.said("itunes:subtitle"))
        channel.tagline = subtitle if len(subtitle) <= MOST_TAGLINE and subtitle != title else ""
        channel.author = self.cut(
            "author", values.plain(self.said("itunes:author", "googleplay:author")), 128
        )
        channel.copyright = self.cut(
            "copyright", values.plain(self.said("copyright", "atom:rights", "dc:rights")), 128
        )
        channel.language = self._language(self.said("language", "dc:language"))
        channel.image = parts.image(self.element, channel.link)
        channel.categories = self._categories()

    def cut(self, what: str, said: str, most: int) -> str:
        if len(said) <= most:
            return said
        self.wrong(f"Its {what} has {len(said)} characters; {most} are kept.")
        return f"{said[: most - 1].rstrip()}…"

    def _link(self) -> str:
        alternate = (
            each for each in every(self.element, "atom:link") if attribute(each, "rel") in ("", "alternate")
        )
        said = self.said("link") or next((attribute(each, "href") for each in alternate), "")
        return link(said, most=400).url

    def _description(self, said: str) -> str:
        size = len(said.encode())
        if size <= MOST_DESCRIPTION:
            return said
        self.wrong(f"Its description has {size:,} bytes; {MOST_DESCRIPTION:,} are kept.")
        return said.encode()[: MOST_DESCRIPTION - 3].decode(errors="ignore").rpartition(" ")[0] + "…"

    def _language(self, said: str) -> str:
        try:
            language_tag(said)
        except ValidationError:
            if said:
                self.wrong(
                    f"“{said[:40]}” is no language tag such as en or pt-BR.", first(self.element, "language")
                )
            return ""
        return said if len(said) <= 35 else ""

    def _categories(self) -> list[str]:
        found: list[str] = []
        for outer in every(self.element, "itunes:category", "googleplay:category"):
            name = values.one_line(attribute(outer, "text") or outer.text)
            below = [values.one_line(attribute(inner, "text")) for inner in every(outer, "itunes:category")]
            wanted = [f"{name}{SEPARATOR}{each}" for each in below if each] or [name]
            found += [category for each in wanted if (category := self._category(each, outer))]
        unique = list(dict.fromkeys(found))
        if len(unique) > MOST_CATEGORIES:
            self.wrong(f"It has {len(unique)} categories; the first {MOST_CATEGORIES} are kept.")
        return unique[:MOST_CATEGORIES]

    def _category(self, said: str, element: Element) -> str:
        if not said.strip():
            self.wrong("A category has no name.", element)
            return ""
        if known := _LOW.get(said.casefold()):
            return known
        outer = said.partition(SEPARATOR)[0]
        old = _OLD_LOW.get(said.casefold()) or _OLD_LOW.get(outer.casefold())
        instead = _OLD_CATEGORIES[old] if old else outer if outer in CATEGORIES else ""
        what = f"was taken for {instead}" if instead else "was left out"
        self.wrong(f"“{said[:80]}” is not one of Apple's categories; it {what}.", element)
        return instead

    def _owner(self) -> None:
        owner = first(self.element, "itunes:owner")
        name, email = (text(owner, "itunes:name"), text(owner, "itunes:email")) if owner else ("", "")
        email = email or self.said("googleplay:email", "googleplay:owner")
        self.channel.owner_name = values.plain(name)[:128]
        try:
            validate_email(email)
        except ValidationError:
            if email:
                self.wrong(f"“{email[:80]}” is no e-mail address.", owner)
        else:
            self.channel.owner_email = email[:254]

    def _flags(self) -> None:
        channel = self.channel
        explicit = self.said("itunes:explicit", "googleplay:explicit")
        channel.explicit = values.yes(explicit)
        if explicit and channel.explicit is None:
            self.wrong(
                f"“{explicit[:40]}” says neither yes nor no to itunes:explicit.",
                first(self.element, "itunes:explicit"),
            )
        channel.type = self._one_of("itunes:type", {str(each) for each in Show.Type})
        channel.complete = bool(values.yes(self.said("itunes:complete")))
        block = [each for each in every(self.element, "podcast:block") if not attribute(each, "id")]
        channel.hidden = "yes" in {
            self.said("itunes:block").lower(),
            *(each.text.strip().lower() for each in block),
        }
        channel.moved_to = link(self.said("itunes:new-feed-url"), most=400).url

    def _one_of(self, name: str, choices: set[str]) -> str:
        said = self.said(name)
        if said and said.lower() not in choices:
            self.wrong(
                f"“{said[:40]}” is no {name}; there are {', '.join(sorted(choices))}.",
                first(self.element, name),
            )
            return ""
        return said.lower()

    def _namespace(self) -> None:
        channel, element = self.channel, self.element
        channel.medium = self._one_of("podcast:medium", {str(each) for each in Show.Medium})
        channel.funding_url, channel.funding_label, fundings = parts.funding(element)
        license = first(element, "podcast:license")
        channel.license = values.one_line(license.text)[:128] if license else ""
        channel.license_url = link(attribute(license, "url"), most=400).url
        often = first(element, "podcast:updatefrequency")
        channel.frequency = values.one_line(often.text)[:128] if often else ""
        channel.frequency_rule = attribute(often, "rrule")[:128]
        channel.complete |= attribute(often, "complete").lower() == "true"
        channel.persons = parts.persons(element)
        channel.podroll = self._podroll()
        channel.txt = self._txt()
        places = self._location()
        blocks = [each for each in every(element, "podcast:block") if attribute(each, "id")]
        channel.more = parts.kept([*fundings, *places, *blocks, *parts.unknown(element, _KNOWN)])
        for live in every(element, "podcast:liveitem"):
            self.wrong("A live recording that it announces is not imported.", live)

    def _location(self) -> list[Element]:
        """A mere name has a place here; one with coordinates is kept as it came."""
        places = list(every(self.element, "podcast:location"))
        if len(places) != 1 or places[0].attributes:
            return places
        self.channel.location = values.one_line(places[0].text)[:128]
        return []

    def _podroll(self) -> str:
        lines = []
        for each in every(
            first(self.element, "podcast:podroll") or Element("", "", 0, {}), "podcast:remoteitem"
        ):
            said = (attribute(each, name).replace("|", "/") for name in ("title", "feedurl", "feedguid"))
            lines.append(" | ".join(values.one_line(part) for part in said))
        return "\n".join(lines)

    def _txt(self) -> str:
        said = (
            (attribute(each, "purpose"), values.one_line(each.text))
            for each in every(self.element, "podcast:txt")
        )
        return "\n".join(
            f"{values.one_line(purpose).replace('|', '/')} | {value}" for purpose, value in said if value
        )

    def _identity(self) -> None:
        channel = self.channel
        said = self.said("podcast:guid")
        try:
            channel.guid = UUID(said) if said else None
        except ValueError:
            self.wrong(
                f"“{said[:60]}” is no podcast:guid (a UUID); it gets one of its address.",
                first(self.element, "podcast:guid"),
            )
        locked = first(self.element, "podcast:locked")
        channel.locked = values.yes(locked.text) if locked else None
        channel.locked_owner = attribute(locked, "owner")
        for each in every(self.element, "atom:link"):
            rel = attribute(each, "rel").lower()
            if rel == "self" and not channel.address:
                channel.address = link(attribute(each, "href")).url
            elif rel == "next":
                channel.next_page = link(attribute(each, "href")).url


def holds_items(element: Element) -> bool:
    return name_of(element) in ("rss", "channel", "rdf:rdf", "atom:feed", "feed")
