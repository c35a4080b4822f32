"""A member's own feed of a show: the same items as the public one, and those for members. Its address is its key."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.gzip import gzip_page

from accounts.feed_doors import by_feed_token
from accounts.models import FeedToken
from core.page_cache import Page, add_validators, respond
from episodes.access import show_of
from episodes.feeds.building import podcast
from episodes.feeds.public import page_of
from episodes.models import Episode, Show


@gzip_page
@by_feed_token
def private_feed(request: HttpRequest, token: FeedToken) -> HttpResponse:
    show = get_object_or_404(Show, pk=show_of(token))
    beside = request.path.removesuffix("feed/")

    def private_file(episode: Episode, extension: str) -> str:
        return f"{beside}{episode.item.guid}.{extension}"

    heard = Episode.objects.live().filter(show=show)
    response = podcast(show, heard, path=request.path, page=page_of(request), private_file=private_file)
    response.headers["Cache-Control"] = "private, no-cache"
    add_validators(response)
    return respond(request, Page(b"", dict(response.headers), response.content))
