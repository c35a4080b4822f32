"""The feeds of a podcast: everybody's, a season's, a topic's, and each member's own."""

import uuid
from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse

from core.links import absolute
from episodes.categories import parts
from episodes.feeds.gathering import gathered
from episodes.feeds.items import Items, PrivateFile, funding, person, picture, show_picture
from episodes.models import EpisodeQuerySet, LiveRecording, Show
from episodes.models.shows import podcast_guid
from publishing import podcast_rss as rss

AT_ONCE = 1000  # items of a page; see docs/feeds.md
SHOWN_AFTERWARDS = timedelta(days=1)
_MOST_LIVE = 5


def podcast(
    show: Show,
    episodes: EpisodeQuerySet,
    *,
    path: str,
    title: str = "",
    description: str = "",
    page: int = 1,
    private_file: PrivateFile | None = None,
) -> HttpResponse:
    """A feed of some of a show's episodes, newest first. Raises Http404 for a page that there is not.

    `private_file(episode, extension)` says at which path a member gets a file: mp3, m4a, mp4, and of what is not public
    yet vtt, srt, json, html (its transcript) and chapters. It makes this that member's feed, which no directory lists.
    """
    ordered = episodes.order_by("-published_at", "-pk") if private_file else episodes.for_feeds()
    found = gathered(ordered, show, (page - 1) * AT_ONCE, AT_ONCE)
    items = Items(found, private_file).made()
    channel = channel_of(show, path, private=private_file is not None)
    channel.pages = _pages(path, page, ordered, len(found.episodes))
    channel.trailer = _trailer(items)
    channel.title, channel.description = title or channel.title, description or channel.description
    if page > 1:
        channel.address = _page(path, page)
    return rss.answered(channel, items)


def channel_of(show: Show, path: str, *, private: bool = False) -> rss.Channel:
    """What a show says of itself in the feed at `path`; without items, trailer and pages."""
    own = path == show.feed_path
    blocked = private or show.hidden or not own
    kept = show.kept.get("more", [])
    art = show_picture(show)
    return rss.Channel(
        title=show.name,
        link=show.website or absolute(show.get_absolute_url()),
        address=absolute(path),
        description=show.description or show.tagline or show.name,
        language=show.language,
        author=show.author_line,
        owner_name=show.owner_name,
        owner_email="" if blocked else show.owner_email,
        image=art,
        pictures=[art] if art and show.artwork else [],
        categories=[parts(category) for category in show.categories],
        explicit=show.explicit,
        type=show.type,
        copyright=show.copyright,
        guid=str(show.podcast_guid if own else _derived(show, path)) if not private else "",
        locked=show.locked,
        medium=show.medium,
        funding=funding(show.funding_url, show.funding_label),
        license=rss.License(show.license, show.license_url) if show.license else None,
        location=show.location,
        frequency=_frequency(show),
        persons=[person(credit) for credit in show.hosts],
        podroll=podroll(show.podroll),
        publisher=None if _names(kept, "podcast:publisher") else publisher(),
        txt=_pairs(show.txt),
        live=[] if private else _live(show, art),
        complete=show.complete,
        blocked=blocked,
        moved_to=show.moved_to if own else "",
        extras=kept,
    )


def publisher() -> rss.Remote:
    """The network's own feed, which lists its shows (https://podcastindex.org/namespace/1.0#publisher)."""
    address = absolute(reverse("network_feed"))
    return rss.Remote(str(podcast_guid(address)), address, medium="publisher")


def podroll(text: str) -> list[rss.Remote]:
    """Of lines “Title | address | podcast:guid”. Without a guid it is the one that the address stands for."""
    found = []
    for line in text.splitlines():
        title, url, guid = (part.strip() for part in f"{line} | | ".split(" | ", 2))
        guid = guid.strip(" |")
        if url:
            found.append(rss.Remote(guid or str(podcast_guid(url)), url, title))
    return found


def _derived(show: Show, path: str) -> uuid.UUID:
    """Of a season's or topic's feed: another feed than the show's, and the same one after the show got a new address."""
    return uuid.uuid5(show.podcast_guid, path.removeprefix(show.get_absolute_url()))


def _frequency(show: Show) -> rss.Frequency | None:
    if not (show.frequency or show.frequency_rule):
        return None
    return rss.Frequency(show.frequency, show.frequency_rule, show.complete)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Of lines “purpose | value”; a line without a purpose is a value."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [line.partition(" | ") for line in lines]
    return [(purpose.strip(), value.strip()) if value else ("", purpose) for purpose, _, value in pairs]


def _names(kept: list[rss.Extra], name: str) -> bool:
    return any(extra.get("name") == name for extra in kept)


def _trailer(items: list[rss.Item]) -> rss.Trailer | None:
    newest = next((item for item in items if item.type == "trailer"), None)
    return rss.Trailer(newest.title, newest.file, newest.published, newest.season) if newest else None


def _pages(path: str, page: int, episodes: EpisodeQuerySet, found: int) -> rss.Pages | None:
    """RFC 5005, section 3; None if everything stands on one page."""
    if page == 1 and found < AT_ONCE:
        return None
    last = max(1, -(-episodes.count() // AT_ONCE))
    if page > last:
        raise Http404("no such page")
    if last == 1:
        return None
    return rss.Pages(
        first=absolute(path),
        last=_page(path, last),
        previous=_page(path, page - 1) if page > 1 else "",
        next=_page(path, page + 1) if page < last else "",
    )


def _page(path: str, page: int) -> str:
    return absolute(path) if page == 1 else absolute(f"{path}?page={page}")


def _live(show: Show, art: rss.Picture | None) -> list[rss.Live]:
    """What is announced, what is on, and for a day what is over."""
    since = datetime.now(UTC) - SHOWN_AFTERWARDS
    wanted = Q(status=LiveRecording.Status.LIVE) | Q(starts_at__gt=since)
    rows = show.live_recordings.filter(wanted).select_related("artwork").order_by("starts_at")
    return [_recording(show, row, art) for row in rows[:_MOST_LIVE]]


def _recording(show: Show, row: LiveRecording, art: rss.Picture | None) -> rss.Live:
    page = absolute(reverse("live_recording", args=[show.slug, row.slug]))
    watch = rss.ContentLink(row.watch_url, "Watch") if row.watch_url else rss.ContentLink(page, "Countdown")
    return rss.Live(
        title=row.title,
        guid=row.guid.urn,
        status=row.status,
        starts=row.starts_at,
        ends=row.starts_at + timedelta(minutes=row.minutes),
        link=page,
        file=rss.File(row.stream_url, row.stream_type) if row.stream_url else None,
        description=row.description,
        image=picture(row.artwork) if row.artwork else art,
        author=show.author_line,
        explicit=show.explicit,
        persons=[person(credit) for credit in show.hosts],
        content_links=[watch],
    )
