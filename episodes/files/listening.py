"""An episode's file for whoever asks: the way to where it is nearest, signed for this request, and noted for counting."""

from typing import NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from episodes.access import may_hear
from episodes.downloads.noting import File, note
from episodes.files import chapters as chapter_files
from episodes.files import transcripts as transcript_files
from episodes.models import Episode
from media_pipeline import delivery
from media_pipeline.models import Rendition

_HEADERS = delivery.OPEN | {"Cache-Control": "private, no-store"}
_FOR_MEMBERS = "This episode is for members, in their own feed."
_OF_ANOTHER_SHOW = "This feed is of another show."
_BYTES_A_SECOND = 16_000  # of audio elsewhere, where nobody has told how large it is
_AN_HOUR = 3600.0


class Kept(NamedTuple):
    """Where an episode's files of one extension are among its encodings."""

    profile: str
    asset: str  # the episode's field
    role: str


KEPT = {
    "mp3": Kept("podcast", "audio_id", Rendition.Role.DOWNLOAD),
    "m4a": Kept("podcast", "audio_id", Rendition.Role.DOWNLOAD),
    "mp4": Kept("video", "video_id", Rendition.Role.PROGRESSIVE),
}


class Refused(Exception):
    """Why somebody does not get it. `Refused(sentence, status)`"""

    def answer(self) -> HttpResponse:
        return delivery.refused(*self.args)


def given(request: HttpRequest, guid: UUID, extension: str, *, viewer: str = "") -> HttpResponse:
    """302, or a short text that says why not: 403 if it is for others, 410 if it was taken down. Raises Http404."""
    if extension not in KEPT:
        raise Http404("no such kind of file")
    try:
        return _led(request, _opened(guid, viewer), extension, viewer)
    except Refused as refused:
        return refused.answer()


def words(guid: UUID, extension: str, *, viewer: str) -> HttpResponse:
    """The transcript (vtt, srt, json, html) or the chapters of what only members may hear yet. Raises Http404."""
    try:
        episode = _opened(guid, viewer)
    except Refused as refused:
        return refused.answer()
    is_chapters = extension == "chapters"
    text = chapter_files.written(episode) if is_chapters else transcript_files.written(episode, extension)
    if text is None:
        raise Http404("no such file")
    kind = chapter_files.TYPE if is_chapters else f"{transcript_files.TYPES[extension]}; charset=utf-8"
    return HttpResponse(text, content_type=kind, headers=delivery.OPEN)


def _opened(guid: UUID, viewer: str) -> Episode:
    found = Episode.objects.filter(item__guid=guid)
    episode = found.live().first()
    if episode is None:
        gone = found.filter(status=Episode.Status.REMOVED).exists()
        raise Refused("This episode was taken down.", 410) if gone else Http404("no such episode")
    if not may_hear(str(episode.pk), viewer):
        raise Refused(_OF_ANOTHER_SHOW if viewer else _FOR_MEMBERS, 403)
    return episode


def _led(request: HttpRequest, episode: Episode, extension: str, viewer: str) -> HttpResponse:
    visitor = delivery.Visitor(request, viewer)
    if episode.linked_url:
        there, file = episode.linked_url, _elsewhere(episode, extension)
    else:
        rendition, head = _ours(episode, extension)
        seconds = rendition.duration or rendition.set.asset.duration or 0
        there = delivery.way(rendition, visitor, viewer=viewer)
        file = File(extension, rendition.bytes, seconds, head)
    note(request, episode, file, visitor, private=bool(viewer))
    return HttpResponseRedirect(there, headers=_HEADERS)


def _ours(episode: Episode, extension: str) -> tuple[Rendition, int]:
    """The file, and how many bytes its tags have before the sound: by what it has more than the same without tags."""
    kept = KEPT[extension]
    live = {
        "set__live_for__owner": episode.owner,
        "set__live_for__profile": kept.profile,
        "set__live_for__asset": getattr(episode, kept.asset),
    }
    files = Rendition.objects.filter(**live, key__endswith=f".{extension}").select_related("set__asset")
    sizes = {file.role: file for file in files.filter(role__in=[kept.role, Rendition.Role.BARE])}
    file, bare = sizes.get(kept.role), sizes.get(Rendition.Role.BARE)
    if file is None:
        raise Http404("no such file")
    return file, max(0, file.bytes - bare.bytes) if bare else 0


def _elsewhere(episode: Episode, extension: str) -> File:
    seconds = episode.linked_seconds or 0
    return File(
        extension, episode.linked_bytes or round((seconds or _AN_HOUR) * _BYTES_A_SECOND), seconds or _AN_HOUR
    )
