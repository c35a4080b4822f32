"""The feeds that everybody may read. A show that is over answers 410, one that moved away leads there for good."""

import re

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404

from core.caching import cacheable
from episodes.feeds import building, network
from episodes.feeds import opml as opml_of_shows
from episodes.models import Episode, EpisodeQuerySet, Season, Show
from publishing.models import Topic
from publishing.redirects import gone

_FRESH = 300  # seconds
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@cacheable(max_age=_FRESH)
def show_feed(request: HttpRequest, show: str) -> HttpResponse:
    found = _show(show)
    if away := _away(request, found):
        return away
    return building.podcast(found, _episodes(found), path=found.feed_path, page=page_of(request))


@cacheable(max_age=_FRESH)
def season_feed(request: HttpRequest, show: str, number: int) -> HttpResponse:
    found = _show(show)
    if away := _away(request, found):
        return away
    season = get_object_or_404(Season, show=found, number=number)
    return building.podcast(
        found,
        _episodes(found).filter(season=season),
        path=request.path,
        title=f"{found.name} – {season}",
        description=season.description,
        page=page_of(request),
    )


@cacheable(max_age=_FRESH)
def show_topic_feed(request: HttpRequest, show: str, topic: str) -> HttpResponse:
    found = _show(show)
    if away := _away(request, found):
        return away
    about = get_object_or_404(Topic, slug=topic)
    episodes = _episodes(found).filter(topics=about)
    title = f"{found.name} – {about.name}"
    return building.podcast(found, episodes, path=request.path, title=title, page=page_of(request))


@cacheable(max_age=_FRESH)
def network_feed(request: HttpRequest) -> HttpResponse:
    return network.network()


@cacheable(max_age=_FRESH)
def opml(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(opml_of_shows.document(), content_type="text/x-opml; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _show(slug: str) -> Show:
    over = ExpressionWrapper(Q(ended_at__isnull=False, ended_at__lte=Now()), output_field=BooleanField())
    shows: QuerySet[Show] = Show.objects.annotate(is_over=over).select_related("artwork")
    return get_object_or_404(shows, slug=slug)


def _away(request: HttpRequest, show: Show) -> HttpResponse | None:
    """Where the show is now, if its feed is not here any more."""
    if show.moved_to:
        response = HttpResponsePermanentRedirect(show.moved_to)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response
    return gone(request) if show.is_over else None  # type: ignore[attr-defined]


def _episodes(show: Show) -> EpisodeQuerySet:
    return Episode.objects.public().filter(show=show)


def page_of(request: HttpRequest) -> int:
    """Which page is asked for, from 1 on. Raises Http404 for what is no number."""
    number = request.GET.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(number):
        raise Http404("no such page")
    return int(number)
