from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.feed_doors import by_feed_token
from accounts.models import FeedToken
from core.caching import cacheable
from episodes.files import chapters as chapter_files
from episodes.files import listening
from episodes.files import transcripts as transcript_files
from episodes.models import Episode


@csrf_exempt  # so that a POST is told that it is none of the methods
@require_safe
def episode_file(request: HttpRequest, guid: UUID, extension: str) -> HttpResponse:
    """The way to the audio or video. This address stays, whatever becomes of title, show and file."""
    return listening.given(request, guid, extension)


@cacheable(max_age=300)
def chapters_file(request: HttpRequest, guid: UUID) -> HttpResponse:
    """JSON chapters of an episode that everybody may hear."""
    found = get_object_or_404(Episode.objects.public().select_related("show", "audio"), item__guid=guid)
    text = chapter_files.written(found)
    if text is None:
        raise Http404("no chapters")
    more = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}
    return HttpResponse(text, content_type=chapter_files.TYPE, headers=more)


@cacheable(max_age=300)
def transcript_file(request: HttpRequest, guid: UUID, extension: str) -> HttpResponse:
    """Of an episode that everybody may hear. Other sites' players read it, so they may (CORS)."""
    found = get_object_or_404(Episode.objects.public().select_related("show", "transcript"), item__guid=guid)
    text = transcript_files.written(found, extension)
    if text is None:
        raise Http404("no such transcript")
    kind = transcript_files.TYPES[extension]
    more = {"Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex"}  # the page is what is to be found
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=more)


@by_feed_token
def private_file(request: HttpRequest, token: FeedToken, guid: UUID, extension: str) -> HttpResponse:
    """The same for a member: asked and signed anew each time, so a token that is over ends this, too."""
    viewer = f"feed:{token.pk}"
    if extension in listening.KEPT:
        return listening.given(request, guid, extension, viewer=viewer)
    return listening.words(guid, extension, viewer=viewer)
