from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.caching import cacheable
from core.paging import page_of
from episodes import live
from episodes.models import Season
from episodes.pages import elsewhere, listing, structured


@cacheable()
def shows(request: HttpRequest) -> HttpResponse:
    """The network: its shows, and what is new in any of them."""
    page = page_of(request, listing.newest())
    context: dict[str, Any] = {"page": page}
    if page.number == 1:
        context |= {"shows": listing.network(), "coming": live.coming().filter(show__hidden=False)}
    return render(request, "episodes/shows.html", context)


@cacheable()
def show(request: HttpRequest, show: str) -> HttpResponse:
    """Also of a show that has ended, or that no directory lists: only its feed is gone then."""
    found = get_object_or_404(listing.shows(), slug=show)
    trailer = listing.trailer(found)
    listed = listing.episodes(found).exclude(pk__in=[trailer.pk] if trailer else [])
    page = page_of(request, listed)
    apps, links = elsewhere.sorted_out(found)
    context = {
        "show": found,
        "trailer": trailer,
        "page": page,
        "seasons": listing.seasons(found),
        "coming": live.coming(found) if page.number == 1 else [],
        "apps": apps,
        "links": links,
        "structured": structured.show(found),
    }
    return render(request, "episodes/show.html", context)


@cacheable()
def season(request: HttpRequest, show: str, number: int) -> HttpResponse:
    """The episodes of one season."""
    of_show = get_object_or_404(listing.shows(), slug=show)
    found = get_object_or_404(Season, show=of_show, number=number)
    found.show = of_show
    context = {
        "show": of_show,
        "season": found,
        "seasons": listing.seasons(of_show),
        "page": page_of(request, listing.episodes(of_show, found)),
        "structured": structured.season(found),
    }
    return render(request, "episodes/season.html", context)
