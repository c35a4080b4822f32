from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from core.caching import cacheable
from core.origin import sent_from_here
from core.ratelimit import limited
from episodes import live
from episodes.live.calendar_file import MEDIA_TYPE, calendar
from episodes.live.structured import event
from episodes.models import LiveRecording


@cacheable()
def live_recording(request: HttpRequest, show: str, slug: str) -> HttpResponse:
    """Until the episode is out: from then on it is there that people listen."""
    found = _recording(show, slug)
    episode = live.public_episode(found)
    if episode:
        return HttpResponseRedirect(episode.get_absolute_url())
    return render(request, "episodes/live.html", _context(found))


@cacheable()
def live_calendar(request: HttpRequest, show: str, slug: str) -> HttpResponse:
    found = _recording(show, slug)
    headers = {"Content-Disposition": f'attachment; filename="{found.slug}.ics"'}
    return HttpResponse(calendar(found), content_type=MEDIA_TYPE, headers=headers)


@limited("live_wish", 20, 3600)
@sent_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def live_wish(request: HttpRequest, show: str, slug: str) -> HttpResponse:
    """Keeps an address, or takes it back. GET leads to the page with the form."""
    found = _recording(show, slug)
    if request.method != "POST" or not found.is_announced:
        return HttpResponseRedirect(found.get_absolute_url())
    response = _taken_back(request, found) if "undo" in request.POST else _kept(request, found)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _kept(request: HttpRequest, recording: LiveRecording) -> HttpResponse:
    typed = request.POST.get("address", "")
    try:
        undo = live.wish(recording, typed)
    except ValidationError as error:
        wrong = {"typed": typed[: live.LONGEST_ADDRESS], "error": " ".join(error.messages)}
        return render(request, "episodes/live.html", _context(recording) | wrong, status=400)
    return render(request, "episodes/live_wish.html", {"recording": recording, "undo": undo})


def _taken_back(request: HttpRequest, recording: LiveRecording) -> HttpResponse:
    try:
        live.take_back(recording, request.POST["undo"])
    except BadSignature as error:
        raise Http404("nothing of ours to take back") from error
    return render(request, "episodes/live_wish.html", {"recording": recording, "undo": ""})


def _recording(show: str, slug: str) -> Any:
    rows = LiveRecording.objects.select_related("show", "show__artwork", "artwork").annotate(due=live.DUE)
    return get_object_or_404(rows, show__slug=show, slug=slug)


def _context(recording: Any) -> dict[str, Any]:
    return {
        "recording": recording,
        "show": recording.show,
        "artwork": recording.artwork or recording.show.artwork,
        "structured": event(recording),
    }
