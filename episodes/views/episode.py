from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override

from core.caching import cacheable
from episodes.models import Episode, EpisodeQuerySet
from episodes.pages import embedding, reading, sound
from media_pipeline import delivery
from media_pipeline.playing import moment
from publishing.models import Redirect

_AROUND = ("item", "show", "show__artwork", "season", "artwork", "audio", "transcript")


@cacheable()
def episode(request: HttpRequest, show: str, slug: str) -> HttpResponse:
    """Also of what is for members: the page says so then, and holds nothing to hear."""
    found = get_object_or_404(_read(Episode.objects.live()), show__slug=show, slug=slug)
    return _with_player(request, "episodes/episode.html", reading.context(found, _start(request)))


@xframe_options_exempt
@cacheable()
def embed(request: HttpRequest, show: str, slug: str) -> HttpResponse:
    """The player alone, for other people's pages."""
    found = _read(Episode.objects.public()).filter(show__slug=show, slug=slug).first()
    if found is None:
        return _moved(request, show, slug)
    playable = sound.playable(found, start=_start(request))
    context = {"episode": found, "show": found.show, "playable": playable}
    return _with_player(request, "episodes/embed.html", context, {"frame-ancestors": ["*"]})


@cacheable(max_age=embedding.KEPT)
def oembed(request: HttpRequest) -> HttpResponse:
    """https://oembed.com/#section2: 400 for what is no question, 501 for XML, 404 for what is no public episode of ours."""
    if "url" not in request.GET:
        return _refused(400, "Say which episode: ?url=…")
    if request.GET.get("format", "json") != "json":
        return _refused(501, "The answer is JSON alone.")
    most = _number(request.GET.get("maxwidth")), _number(request.GET.get("maxheight"))
    if 0 in most:
        return _refused(400, "maxwidth and maxheight are whole numbers of pixels.")
    found, second = embedding.episode_at(request.GET["url"])
    if found is None:
        return _refused(404, "There is no such episode here.")
    return _open(JsonResponse(embedding.described(found, second, most)))


def _read(found: EpisodeQuerySet) -> EpisodeQuerySet:
    return found.select_related(*_AROUND)


def _start(request: HttpRequest) -> float:
    """The second that `?t=` asks for; 0 for what is no time."""
    return moment(request.GET.get("t", "")) or 0


def _with_player(
    request: HttpRequest, template: str, context: dict[str, Any], more: dict[str, list[str]] | None = None
) -> HttpResponse:
    """A page whose policy lets the player have what it plays.

    What is at another host may be sent on to any other, and often is (counting services, then a CDN that changes), so
    its page lets audio and video come from anywhere; scripts, pictures and connections stay as they are.
    """
    playable, policy = context["playable"], delivery.media_policy() | (more or {})
    if playable and playable.strangers:
        plain = ["http:"] if playable.sources[0].url.startswith("http://") else []
        policy["media-src"] = [*policy["media-src"], "https:", *plain]
    return csp_override(policy)(render)(request, template, context)


def _moved(request: HttpRequest, show: str, slug: str) -> HttpResponse:
    """To the player of an episode whose page has moved: other people's pages name the old address for ever."""
    old = reverse("episode", args=[show, slug])
    redirect = Redirect.objects.filter(path=old).select_related("item").first()
    content = redirect.item.content() if redirect and redirect.item else None
    if not isinstance(content, Episode) or content.get_absolute_url() == old:
        raise Http404("no such episode")
    query = request.META.get("QUERY_STRING", "")
    path = reverse("embed", args=[content.show.slug, content.slug])
    return HttpResponseRedirect(f"{path}?{query}" if query else path)


def _number(text: str | None) -> int:
    """Of maxwidth and maxheight; as many pixels as there are without them, 0 for nonsense."""
    if text is None:
        return 10**6
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _refused(status: int, sentence: str) -> HttpResponse:
    return _open(HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8"))


def _open(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
