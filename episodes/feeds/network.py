"""One feed for the whole network. Podcasting 2.0 calls it a publisher's feed: it lists the shows, and theirs name it."""

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpResponse
from django.urls import reverse

from core.links import absolute
from episodes.categories import parts
from episodes.feeds.building import publisher
from episodes.feeds.gathering import gathered
from episodes.feeds.items import Items, picture, show_picture
from episodes.models import Episode, Show
from publishing import podcast_rss as rss
from publishing.models import Publication

NEWEST = 100
_MOST_CATEGORIES = 3


def listed_shows() -> QuerySet[Show]:
    """Those that feeds and directories of ours name: not hidden, not over, and with something to hear."""
    heard = Episode.objects.public().order_by().values("show")
    over = Show.objects.filter(ended_at__lte=Now())
    return Show.objects.filter(hidden=False, pk__in=heard).exclude(pk__in=over.values("pk"))


def network() -> HttpResponse:
    shows = list(listed_shows().select_related("artwork"))
    episodes = Episode.objects.public().filter(show__in=[show.pk for show in shows]).for_feeds()
    items = Items(gathered(episodes, None, 0, NEWEST), of_many_shows=True).made()
    return rss.answered(_channel(shows), items)


def _channel(shows: list[Show]) -> rss.Channel:
    publication = Publication.current()
    art = picture(publication.logo) if publication.logo and _is_square(publication) else None
    first = shows[0] if shows else Show()
    own = publisher()
    return rss.Channel(
        title=publication.name,
        link=absolute(reverse("shows")),
        address=own.url,
        description=publication.description or f"The newest episodes of all shows of {publication.name}.",
        language=first.language,
        author=publication.name,
        owner_name=first.owner_name,
        owner_email=first.owner_email,
        image=art or show_picture(first),
        categories=_categories(shows),
        explicit=any(show.explicit for show in shows),
        copyright=first.copyright,
        guid=own.guid,
        medium="publisher",
        remotes=[_listed(show) for show in shows],
    )


def _is_square(publication: Publication) -> bool:
    logo = publication.logo
    return logo is not None and logo.width == logo.height and logo.width >= 1400


def _categories(shows: list[Show]) -> list[tuple[str, str]]:
    """What each show puts first."""
    names = dict.fromkeys(show.categories[0] for show in shows if show.categories)
    return [parts(name) for name in list(names)[:_MOST_CATEGORIES]]


def _listed(show: Show) -> rss.Remote:
    url = show.moved_to or absolute(show.feed_path)
    return rss.Remote(str(show.podcast_guid), url, show.name, show.medium)
