"""One item of a feed."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from email.utils import format_datetime
from functools import lru_cache

from core.feeds import absolute_html
from publishing.podcast_check.limits import LONGEST_SOUNDBITE, MOST_PODCAST_TEXT, SHORTEST_SOUNDBITE
from publishing.podcast_rss import people
from publishing.podcast_rss.extras import written as written_extras
from publishing.podcast_rss.parts import (
    Alternate,
    ContentLink,
    File,
    Funding,
    Item,
    License,
    Person,
    Picture,
    Soundbite,
    Transcript,
)
from publishing.podcast_rss.texts import description, plain, short, value
from publishing.podcast_rss.writing import address, around, attribute, cdata, element, escaped, secure


def item(made: Item) -> str:
    """The item as XML; of `extras` those for which it has nothing of its own."""
    own = "".join([*_core(made), *_itunes(made), *_podcast(made)])
    return f"<item>{own}{written_extras(made.extras, own)}{_for_people(made)}</item>\n"


def _core(made: Item) -> Iterator[str]:
    yield f"<title>{escaped(value(made.title))}</title>"
    if made.link:
        yield f"<link>{escaped(address(made.link))}</link>"
    yield f'<guid isPermaLink="false">{escaped(made.guid)}</guid>'
    yield f"<pubDate>{format_datetime(made.published)}</pubDate>"
    yield enclosure("enclosure", made.file)
    if made.notes:
        yield f"<description>{cdata(description(made.notes, made.link, made.summary))}</description>"
        yield f"<content:encoded>{cdata(absolute_html(made.notes, made.link))}</content:encoded>"
    elif made.summary:
        yield f"<description>{escaped(plain(made.summary))}</description>"
    if made.show:
        yield element("source", value(made.show.title), {"url": address(made.show.url)})


def _itunes(made: Item) -> Iterator[str]:
    yield f"<itunes:title>{escaped(value(made.title))}</itunes:title>"
    if made.summary:
        yield f"<itunes:summary>{escaped(plain(made.summary))}</itunes:summary>"
    if made.seconds:
        yield f"<itunes:duration>{max(1, round(made.seconds))}</itunes:duration>"
    yield f"<itunes:explicit>{'true' if made.explicit else 'false'}</itunes:explicit>"
    if made.image:
        yield f'<itunes:image href="{attribute(address(made.image.url))}"/>'
    if made.author:
        yield element("itunes:author", value(made.author))
    if made.season:
        yield f"<itunes:season>{made.season}</itunes:season>"
    if made.number.isdigit() and int(made.number):
        yield f"<itunes:episode>{made.number}</itunes:episode>"
    yield f"<itunes:episodeType>{made.type}</itunes:episodeType>"


def _podcast(made: Item) -> Iterator[str]:
    if made.season:
        yield element("podcast:season", str(made.season), {"name": short(made.season_name)})
    if made.number:
        display = "" if made.number.isdigit() else made.number
        yield element("podcast:episode", made.number, {"display": display})
    yield from map(transcript, made.transcripts)
    if made.chapters and (url := secure(made.chapters.url)):
        yield f'<podcast:chapters url="{attribute(url)}" type="{attribute(made.chapters.type)}"/>'
    yield from soundbites(made.soundbites)
    yield from persons(made.persons)
    yield from map(alternate, made.alternates)
    yield from funding(made.funding)
    yield from license(made.license)


def _for_people(made: Item) -> str:
    """What somebody who opens the feed in a browser can follow."""
    if not made.link:
        return ""
    minutes = f" · {max(1, round(made.seconds / 60))} min" if made.seconds else ""
    return f'<h:a href="{attribute(address(made.link))}">Listen{minutes}</h:a>'


def enclosure(name: str, file: File) -> str:
    """`length` is a must of RSS: 0 says that nobody knows (RSS Advisory Board, Best Practices Profile)."""
    return (
        f'<{name} url="{attribute(address(file.url))}" length="{file.bytes}" type="{attribute(file.type)}"/>'
    )


def transcript(made: Transcript) -> str:
    url = secure(made.url)
    language = f' language="{attribute(made.language)}"' if made.language else ""
    rel = f' rel="{attribute(made.rel)}"' if made.rel else ""
    facts = f'url="{attribute(url)}" type="{attribute(made.type)}"{language}{rel}'
    return f"<podcast:transcript {facts}/>" if url else ""


def soundbites(made: Iterable[Soundbite]) -> Iterator[str]:
    """https://podcastindex.org/namespace/1.0#soundbite: between 15 and 120 seconds."""
    for bite in made:
        if SHORTEST_SOUNDBITE <= bite.length <= LONGEST_SOUNDBITE:
            times = f'startTime="{bite.seconds:.1f}" duration="{bite.length:.1f}"'
            title = escaped(short(bite.title))
            yield f"<podcast:soundbite {times}>{title}</podcast:soundbite>"


def persons(made: Iterable[Person]) -> Iterator[str]:
    return map(_person, made)


@lru_cache(maxsize=1024)
def _person(made: Person) -> str:
    """Remembered: the hosts stand in every item."""
    role = made.role.lower()
    facts = {"role": role, "group": people.group(role), "img": secure(made.img), "href": secure(made.href)}
    return element("podcast:person", short(made.name), facts)


def alternate(made: Alternate) -> str:
    """https://podcastindex.org/namespace/1.0#alternate-enclosure"""
    url = secure(made.file.url)
    if not url:
        return ""
    facts = {
        "type": made.file.type,
        "length": str(made.file.bytes or ""),
        "bitrate": str(made.bits or ""),
        "height": str(made.height or ""),
        "title": value(made.title, 32),
    }
    inside = [f'<podcast:source uri="{attribute(url)}"/>']
    if made.sha256:
        digest = b64encode(bytes.fromhex(made.sha256)).decode()
        inside.append(f'<podcast:integrity type="sri" value="sha256-{digest}"/>')
    return around("podcast:alternateEnclosure", inside, facts)


def content_links(made: Iterable[ContentLink]) -> Iterator[str]:
    for link in made:
        if url := secure(link.url):
            yield element("podcast:contentLink", short(link.text), {"href": url})


def funding(made: Funding | None) -> Iterator[str]:
    if made and (url := secure(made.url)):
        yield element("podcast:funding", value(made.text, MOST_PODCAST_TEXT), {"url": url})


def license(made: License | None) -> Iterator[str]:
    if made:
        yield element("podcast:license", short(made.name), {"url": secure(made.url)})


def picture(made: Picture) -> str:
    """https://podcastindex.org/namespace/1.0#image"""
    url = secure(made.url)
    square = "1/1" if made.width and made.width == made.height else ""
    sizes = {"width": str(made.width or ""), "height": str(made.height or "")}
    more = {"alt": value(made.alt), "aspect-ratio": square, **sizes, "type": made.type}
    return element("podcast:image", "", {"href": url, **more, "purpose": "artwork"}) if url else ""
