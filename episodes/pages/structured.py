"""schema.org descriptions (JSON-LD) of shows and episodes."""

from typing import Any

from django.urls import reverse

from core.links import absolute
from core.markdown import inline_text
from episodes.models import Episode, Season, Show
from episodes.transcripts.speech import Line
from media_pipeline.models import MediaAsset
from media_pipeline.playing import Playable
from publishing.structured import breadcrumbs, person

_CONTEXT = {"@context": "https://schema.org"}


def show(content: Show) -> list[dict[str, Any]]:
    """https://schema.org/PodcastSeries and the way to it."""
    described = _series(content) | {
        "description": content.description or content.tagline,
        "image": _image(content.artwork),
        "author": [person(credit.person) for credit in content.hosts],
        "inLanguage": content.language,
        "genre": [name.rpartition(" > ")[2] for name in content.categories],
        "sameAs": [link.url for link in content.links.all()],
        "license": content.license_url,
        "publisher": _publisher(),
    }
    return [_CONTEXT | _told(described), breadcrumbs([_networks(), _step(content)])]


def season(content: Season) -> list[dict[str, Any]]:
    """https://schema.org/PodcastSeason and the way to it."""
    described = _season(content) | {
        "description": content.description,
        "partOfSeries": _series(content.show),
    }
    trail = [_networks(), _step(content.show), (str(content), content.get_absolute_url())]
    return [_CONTEXT | _told(described), breadcrumbs(trail)]


def episode(
    content: Episode, playable: Playable | None, lines: list[Line], *, is_public: bool
) -> list[dict[str, Any]]:
    """https://schema.org/PodcastEpisode and the way to it."""
    address, title = absolute(content.get_absolute_url()), inline_text(content.title)
    hosts = [credit for credit in content.credits_shown if "host" in credit.role.lower()]
    guests = [credit for credit in content.credits_shown if credit not in hosts]
    described = {
        "@type": "PodcastEpisode",
        "@id": address,
        "url": address,
        "name": title,
        "description": inline_text(content.standfirst) or content.body_text[:300],
        "datePublished": content.aired.isoformat() if content.aired else None,
        "dateModified": (content.revised_at or content.published_at or content.changed_at).isoformat(),
        "duration": iso_duration(content.seconds),
        "timeRequired": iso_duration(content.seconds),
        "episodeNumber": content.display_number,
        "image": _image(content.artwork or content.show.artwork),
        "inLanguage": content.show.language,
        "author": [person(credit.person) for credit in hosts],
        "actor": [person(credit.person) for credit in guests],
        "partOfSeries": _series(content.show),
        "partOfSeason": _season(content.season) if content.season else None,
        "associatedMedia": _media(content, playable, lines) if playable else None,
        "isAccessibleForFree": is_public,
        "publisher": _publisher(),
    }
    trail = [_networks(), _step(content.show), (title, content.get_absolute_url())]
    return [_CONTEXT | _told(described), breadcrumbs(trail)]


def iso_duration(seconds: float) -> str:
    """PT1H2M3S (ISO 8601); empty for nothing."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count]
    return f"PT{''.join(parts)}" if parts else ""


def _media(content: Episode, playable: Playable, lines: list[Line]) -> dict[str, Any]:
    source = playable.download or playable.sources[0]
    captions = {
        "@type": "MediaObject",
        "contentUrl": _transcript(content, "vtt"),
        "encodingFormat": "text/vtt",
        "inLanguage": content.show.language,
    }
    is_timed = any(line.seconds is not None for line in lines)
    described = {
        "@type": "VideoObject" if playable.kind == "video" else "AudioObject",
        "name": playable.title,
        "contentUrl": absolute(source.url),
        "encodingFormat": source.type,
        "duration": iso_duration(playable.duration),
        "caption": captions if is_timed else None,
        "transcript": _transcript(content, "txt") if lines else None,
    }
    return _told(described)


def _transcript(content: Episode, form: str) -> str:
    return absolute(reverse("transcript_file", args=[content.item.guid, form]))


def _series(content: Show) -> dict[str, Any]:
    address = absolute(content.get_absolute_url())
    return {
        "@type": "PodcastSeries",
        "@id": address,
        "url": address,
        "name": content.name,
        "webFeed": absolute(content.feed_path),
    }


def _season(content: Season) -> dict[str, Any]:
    address = absolute(content.get_absolute_url())
    return {
        "@type": "PodcastSeason",
        "@id": address,
        "url": address,
        "name": str(content),
        "seasonNumber": content.number,
    }


def _image(artwork: MediaAsset | None) -> dict[str, Any] | None:
    if artwork is None:
        return None
    url, width, height = artwork.shared
    return {"@type": "ImageObject", "url": url, "width": width, "height": height}


def _publisher() -> dict[str, str]:
    return {"@id": absolute("/#publisher")}


def _networks() -> tuple[str, str]:
    return ("Podcasts", reverse("shows"))


def _step(content: Show) -> tuple[str, str]:
    return (content.name, content.get_absolute_url())


def _told(described: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if value or value is False}
