"""Episodes on other people's pages: https://oembed.com, answered for the addresses of episodes alone."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html

from core.links import absolute
from core.markdown import inline_text
from episodes.models import Episode
from media_pipeline.models import MediaAsset
from media_pipeline.playing import moment
from publishing.models import Publication

WIDTH, HEIGHT = 640, 330  # pixels
FILM_HEIGHT = 640
KEPT = 3600  # seconds


def episode_at(address: str) -> tuple[Episode | None, int]:
    """The public episode whose page, or whose embedded player, is at an address of ours, and the second it asks for."""
    try:
        parts = urlsplit(address)
        found = resolve(parts.path)
    except (ValueError, Resolver404):
        return None, 0
    ours = parts.scheme in ("http", "https") and parts.netloc == urlsplit(settings.SITE_URL).netloc
    if not ours or found.url_name not in ("episode", "embed", "transcript"):
        return None, 0
    public = Episode.objects.public().select_related("show", "show__artwork", "artwork")
    second = moment(parse_qs(parts.query[:500]).get("t", [""])[0]) or 0
    return public.filter(show__slug=found.kwargs["show"], slug=found.kwargs["slug"]).first(), int(second)


def described(episode: Episode, second: int, most: tuple[int, int]) -> dict[str, Any]:
    """The answer; `most`: width and height in pixels that the other page has room for."""
    width = min(WIDTH, most[0])
    height = min(height_of(episode), most[1])
    return {
        "version": "1.0",
        "type": "rich",
        "title": inline_text(episode.title),
        "author_name": episode.show.name,
        "author_url": absolute(episode.show.get_absolute_url()),
        "provider_name": Publication.current().name,
        "provider_url": absolute("/"),
        "cache_age": KEPT,
        "html": frame(episode, second, width, height),
        "width": width,
        "height": height,
        **_thumbnail(episode.artwork or episode.show.artwork, most),
    }


def height_of(episode: Episode) -> int:
    return FILM_HEIGHT if episode.video_id else HEIGHT


def frame(episode: Episode, second: int, width: int, height: int) -> str:
    """The player in a sandbox: it may run its own script and open our page, and nothing else."""
    address = absolute(reverse("embed", args=[episode.show.slug, episode.slug]))
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" frameborder="0"'
        ' sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" allow="autoplay; fullscreen"></iframe>',
        f"{address}?t={second}" if second else address,
        inline_text(f"{episode.title} – {episode.show.name}"),
        width,
        height,
    )


def _thumbnail(artwork: MediaAsset | None, most: tuple[int, int]) -> dict[str, Any]:
    """The largest of the artwork's plain files that fits; nothing if none does."""
    if artwork is None:
        return {}
    files = [
        (width, height, settings.MEDIA_URL + key)
        for kind, width, height, key in artwork.ladder
        if kind == "jpeg"
    ]
    files = files or [(artwork.width, artwork.height, artwork.url)]
    fitting = [file for file in files if file[0] <= most[0] and file[1] <= most[1]]
    if not fitting:
        return {}
    width, height, url = max(fitting)
    return {"thumbnail_url": url, "thumbnail_width": width, "thumbnail_height": height}
