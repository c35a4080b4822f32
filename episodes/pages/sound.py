"""What the player of an episode's page is given. It asks no gate: whoever calls knows that anybody may hear it."""

from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse

from core.links import absolute
from core.markdown import inline_text
from episodes.models import Episode
from media_pipeline import delivery
from media_pipeline.models import Encoding
from media_pipeline.playing import HLS, Chapter, Next, Playable, Source

_COUNTED = {"audio/mpeg": "mp3", "audio/mp4": "m4a"}
_TYPES = {"m4a": "audio/mp4", "mp4": "video/mp4", "m4v": "video/mp4", "ogg": "audio/ogg", "opus": "audio/ogg"}


def playable(episode: Episode, *, start: float = 0, then: Next | None = None) -> Playable | None:
    """The same for everybody; None while there is nothing to hear. A `start` (seconds) beyond the end is none."""
    found = _playable(episode)
    if found is None:
        return None
    own = tuple(Chapter(one.seconds, one.title, one.url) for one in episode.chapter_list)
    begin = start if start < (found.duration or start + 1) else 0
    return replace(found, start=begin, next=then, artist=episode.show.name, chapters=own or found.chapters)


def counted(episode: Episode, media_type: str = "audio/mpeg") -> str:
    """The path of a file whose downloads are counted, for apps and for players alike."""
    return reverse("episode_file", args=[episode.item.guid, _COUNTED[media_type]])


def linked_type(episode: Episode) -> str:
    """The media type of audio at another host: as told, if that is one that browsers play at all."""
    if episode.linked_type.startswith(("audio/", "video/")):
        return episode.linked_type
    suffix = PurePosixPath(urlsplit(episode.linked_url).path).suffix[1:].lower()
    return _TYPES.get(suffix, "audio/mpeg")


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


def _playable(episode: Episode) -> Playable | None:
    if episode.video_encoding:
        return _made(episode, episode.video_encoding)
    if episode.encoding:
        heard = _made(episode, episode.encoding)
        return replace(heard, sources=_heard(episode, heard.sources), poster=_cover(episode))
    return _linked(episode) if episode.linked_url.startswith(("https://", "http://")) else None


def _made(episode: Episode, encoding: Encoding) -> Playable:
    public = delivery.Playback(encoding, delivery.Visitor(HttpRequest(), viewer=""), public=True)
    return public.playable(title=_title(episode), key=episode.owner, page=_page(episode))


def _heard(episode: Episode, sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """By the counted addresses, MP3 first; the plain ones behind them are for the desk, whose drafts are not counted."""
    whole = sorted(
        (one for one in sources if one.type != HLS), key=lambda source: source.type != "audio/mpeg"
    )
    here = [
        Source(address, one.type, f"{address}?download")
        for one in whole
        if one.type in _COUNTED and (address := counted(episode, one.type))
    ]
    return (*here, *whole)


def _linked(episode: Episode) -> Playable:
    media_type = linked_type(episode)
    return Playable(
        title=_title(episode),
        kind="video" if media_type.startswith("video/") else "audio",
        sources=(Source(episode.linked_url, media_type),),
        duration=episode.linked_seconds or 0,
        key=episode.owner,
        page=_page(episode),
        poster=_cover(episode),
        strangers=True,
    )


def _title(episode: Episode) -> str:
    return inline_text(episode.title)


def _page(episode: Episode) -> str:
    return absolute(episode.get_absolute_url())


def _cover(episode: Episode) -> str:
    """For the system's own controls (lock screen, headset)."""
    artwork = episode.artwork or episode.show.artwork
    return artwork.address_for(512) if artwork else ""
