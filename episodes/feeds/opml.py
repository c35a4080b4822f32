"""All shows as OPML 2.0 (http://opml.org/spec2.opml): apps import it and subscribe to each."""

from core.links import absolute
from episodes.feeds.network import listed_shows
from episodes.models import Show
from publishing.models import Publication
from publishing.podcast_rss.texts import value
from publishing.podcast_rss.writing import around, element, finished


def document() -> bytes:
    title = element("title", value(Publication.current().name))
    outlines = [_outline(show) for show in listed_shows()]
    head, body = around("head", [title]), around("body", outlines)
    declaration = '<?xml version="1.0" encoding="utf-8"?>\n'
    return finished([declaration, around("opml", [head, body], {"version": "2.0"}), "\n"])


def _outline(show: Show) -> str:
    facts = {
        "type": "rss",
        "text": show.name,
        "title": show.name,
        "xmlUrl": show.moved_to or absolute(show.feed_path),
        "htmlUrl": show.website or absolute(show.get_absolute_url()),
        "description": show.tagline,
        "language": show.language,
    }
    return element("outline", "", facts)
