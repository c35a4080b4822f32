from typing import cast

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts import feed_tokens
from accounts.models import FeedToken, User
from core.links import absolute
from core.ratelimit import limited
from episodes.access import show_of
from episodes.models import Show

private = cache_control(private=True, no_store=True)


def _person(request: HttpRequest) -> str:
    return str(request.user.pk)


@private
@require_safe
@login_required
def own_feeds(request: HttpRequest) -> HttpResponse:
    """The feeds that are somebody's alone. Their addresses are shown when they are made, and never again."""
    tokens = [token for token in _tokens(request) if feed_tokens.is_alive(token)]
    shows = Show.objects.in_bulk([show_of(token) or 0 for token in tokens])
    feeds = [(token, shows[show]) for token in tokens if (show := show_of(token)) in shows]
    return render(request, "episodes/yours.html", {"feeds": feeds})


@private
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("own_feed_rotation", 10, 3600, by=_person)
def own_feed_rotation(request: HttpRequest, pk: int) -> HttpResponse:
    """A new address in place of the old one. It stands in this answer alone: nothing keeps it, so nothing can lose it."""
    token = get_object_or_404(_tokens(request), pk=pk)
    show = get_object_or_404(Show, pk=show_of(token))
    if not feed_tokens.is_alive(token):
        return render(request, "episodes/yours_over.html", {"show": show}, status=410)
    if request.method != "POST":
        return render(request, "episodes/yours_rotation.html", {"token": token, "show": show})
    secret = feed_tokens.issue(cast("User", request.user), token.scope)
    address = absolute(reverse("private_feed", args=[secret]))
    return render(request, "episodes/yours_made.html", {"show": show, "address": address})


def _tokens(request: HttpRequest) -> QuerySet[FeedToken]:
    return FeedToken.objects.filter(user=request.user.pk).select_related("user")
