from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.caching import cacheable
from core.paging import page_of
from episodes.files import transcripts as transcript_files
from episodes.models import Episode, EpisodeQuerySet
from episodes.models.episodes import AIRED
from episodes.transcripts import paragraphs, speech
from media_pipeline.models import Transcript

PER_PAGE = 50


@cacheable()
def transcripts(request: HttpRequest) -> HttpResponse:
    """Everything that can be read: show after show, newest first."""
    aired = Greatest(*AIRED).desc()
    listed = _with_transcript().filter(show__hidden=False)
    shown = listed.select_related("show").defer("body", "body_html", "body_text")
    page = page_of(request, shown.order_by("show__position", "show__name", aired, "-pk"), PER_PAGE)
    return render(request, "episodes/transcripts.html", {"page": page})


@cacheable()
def transcript(request: HttpRequest, show: str, slug: str) -> HttpResponse:
    """What is said in an episode, with a link to each moment of it."""
    public = Episode.objects.public().select_related("item", "show", "transcript", "artwork", "show__artwork")
    found = get_object_or_404(public, show__slug=show, slug=slug)
    standing = speech.standing_of([found]).get(found.pk)
    if standing is None:
        raise Http404("no transcript")
    context = {
        "episode": found,
        "sections": paragraphs.sections(speech.lines(found), found.chapter_list),
        "standing": standing,
        "forms": transcript_files.forms(standing),
        "machine_made": found.transcript is not None and found.transcript.machine_made,
    }
    return render(request, "episodes/transcript.html", context)


def _with_transcript() -> EpisodeQuerySet:
    lent = Transcript.objects.filter(
        asset=OuterRef("audio"), language=OuterRef("show__language"), version__gt=0
    )
    said = Q(transcript__isnull=False) | Q(Exists(lent.exclude(cues=[])))
    return Episode.objects.public().filter(said)
