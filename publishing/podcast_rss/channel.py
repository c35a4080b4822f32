"""What a feed says of the podcast itself."""

from collections.abc import Iterable, Iterator
from email.utils import format_datetime

from django.conf import settings

from publishing.podcast_check.limits import MOST_TXT
from publishing.podcast_rss.extras import written as written_extras
from publishing.podcast_rss.items import content_links, enclosure, funding, license, persons, picture
from publishing.podcast_rss.parts import Channel, Live, Pages, Remote
from publishing.podcast_rss.texts import plain, short, value
from publishing.podcast_rss.writing import address, around, attribute, element, escaped, secure


def head(made: Channel, newest: str) -> str:
    """All that stands before the items; `newest` is the RFC 2822 date of the newest one, or empty."""
    own = "".join([*_core(made, newest), *_itunes(made), *_podcast(made)])
    return f"{own}{written_extras(made.extras, own)}{''.join(map(live, made.live))}\n"


def _core(made: Channel, newest: str) -> Iterator[str]:
    link = address(made.link)
    yield from _links(made)
    yield element("title", value(made.title))
    yield element("link", link)
    yield f"<description>{escaped(plain(made.description))}</description>"
    yield element("language", made.language)
    if made.copyright:
        yield element("copyright", value(made.copyright))
    if newest:
        yield element("pubDate", newest)
    yield element("generator", "Masthead")
    if made.image:
        url = element("url", address(made.image.url))
        yield around("image", [url, element("title", value(made.title)), element("link", link)])


def _links(made: Channel) -> Iterator[str]:
    pages = made.pages or Pages(first="", last="")
    links = {
        "self": made.address,
        "hub": settings.WEBSUB_HUB,
        "first": pages.first,
        "previous": pages.previous,
        "next": pages.next,
        "last": pages.last,
    }
    for rel, href in links.items():
        if href:
            kind = ' type="application/rss+xml"' if rel != "hub" else ""
            yield f'<atom:link rel="{rel}" href="{attribute(address(href))}"{kind}/>'


def _itunes(made: Channel) -> Iterator[str]:
    if made.author:
        yield element("itunes:author", value(made.author))
    if made.owner_email:
        name = [element("itunes:name", value(made.owner_name))] if made.owner_name else []
        yield around("itunes:owner", [*name, element("itunes:email", value(made.owner_email))])
    if made.image:
        yield element("itunes:image", "", {"href": address(made.image.url)})
    yield from _categories(made)
    yield element("itunes:explicit", "true" if made.explicit else "false")
    yield element("itunes:type", made.type)
    if made.complete:
        yield element("itunes:complete", "Yes")
    if made.blocked:
        yield element("itunes:block", "Yes")
    if made.moved_to:
        yield element("itunes:new-feed-url", address(made.moved_to))


def _categories(made: Channel) -> Iterator[str]:
    """An element for each subcategory: of two in one element many readers take the first."""
    for name, below in made.categories:
        inside = [element("itunes:category", "", {"text": below})] if below else []
        yield around("itunes:category", inside, {"text": name})


def _podcast(made: Channel) -> Iterator[str]:
    if made.guid:
        yield element("podcast:guid", made.guid)
    yield element("podcast:medium", made.medium)
    if made.locked is not None:
        owner = {"owner": made.owner_email}
        yield element("podcast:locked", "yes" if made.locked else "no", owner)
    if made.blocked:
        yield element("podcast:block", "yes")
    yield from funding(made.funding)
    yield from license(made.license)
    if made.location:
        yield element("podcast:location", short(made.location))
    yield from _frequency(made)
    yield from map(picture, made.pictures)
    yield from persons(made.persons)
    for purpose, text in made.txt:
        yield element("podcast:txt", value(text, MOST_TXT), {"purpose": short(purpose)})
    yield from _trailer(made)
    yield from _related(made)


def _frequency(made: Channel) -> Iterator[str]:
    if often := made.frequency:
        facts = {"complete": "true" if often.complete else "", "rrule": short(often.rule)}
        yield element("podcast:updateFrequency", short(often.text or often.rule), facts)


def _related(made: Channel) -> Iterator[str]:
    if made.podroll:
        yield around("podcast:podroll", map(remote, made.podroll))
    if made.publisher:
        yield around("podcast:publisher", [remote(made.publisher)])
    yield from map(remote, made.remotes)


def remote(made: Remote) -> str:
    facts = {"feedGuid": made.guid, "feedUrl": secure(made.url), "medium": made.medium}
    return element("podcast:remoteItem", "", facts | {"title": value(made.title)})


def _trailer(made: Channel) -> Iterator[str]:
    if trailer := made.trailer:
        facts = {
            "pubdate": format_datetime(trailer.published),
            "url": secure(trailer.file.url),
            "length": str(trailer.file.bytes or ""),
            "type": trailer.file.type,
            "season": str(trailer.season or ""),
        }
        if facts["url"]:
            yield element("podcast:trailer", short(trailer.title), facts)


def live(made: Live) -> str:
    """https://podcastindex.org/namespace/1.0#live-item: an item with a state and times."""
    facts = {"status": made.status, "start": made.starts.isoformat(), "end": made.ends.isoformat()}
    return around("podcast:liveItem", _live(made), facts)


def _live(made: Live) -> Iterable[str]:
    yield element("title", value(made.title))
    yield element("link", address(made.link))
    yield f'<guid isPermaLink="false">{escaped(made.guid)}</guid>'
    yield element("pubDate", format_datetime(made.starts))
    if made.description:
        yield element("description", plain(made.description))
    if made.author:
        yield element("itunes:author", value(made.author))
    if made.image:
        yield element("itunes:image", "", {"href": address(made.image.url)})
    yield element("itunes:explicit", "true" if made.explicit else "false")
    yield from persons(made.persons)
    if made.file:
        yield enclosure("enclosure", made.file)
        uri = secure(made.file.url)
        source = [element("podcast:source", "", {"uri": uri})]
        facts = {"type": made.file.type, "default": "true"}
        yield around("podcast:alternateEnclosure", source, facts) if uri else ""
    yield from content_links(made.content_links)
