"""Players of other hosts: shown as a link that a script may turn into a player when the reader asks for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import SplitResult, parse_qs, urlencode

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from core.markdown import addresses
from core.markdown.made import is_paragraph, replace_paragraph


@dataclass(frozen=True, slots=True)
class Embed:
    """`player` is what an iframe shows, `page` where a link leads."""

    name: str
    invitation: str
    player: str
    page: str


_YOUTUBE = "https://www.youtube-nocookie.com"
_VIMEO = "https://player.vimeo.com"
_CODEPEN = "https://codepen.io"
_SPOTIFY = "https://open.spotify.com"
EMBED_HOSTS = (_YOUTUBE, _VIMEO, _CODEPEN, _SPOTIFY)
"""The origins a page may frame, for the content security policy."""
EMBED_CLASSES = ("embed-youtube", "embed-vimeo", "embed-codepen", "embed-spotify")

_ALONE = re.compile(r"<?(https?://[^\s<>]+)>?")
_CLOCK = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?")


def plugin(md: MarkdownIt) -> None:
    md.core.ruler.push("embeds", _embed_paragraphs)


def find(url: str) -> Embed | None:
    """The player for a page or player URL of a host we know."""
    parts = addresses.parse(url.strip())
    builder = _BUILDERS.get(parts.netloc.lower().removeprefix("www.")) if parts else None
    return builder(parts) if parts and builder else None


def figure(embed: Embed, title: str = "") -> str:
    return (
        f'<figure class="embed embed-{embed.name.lower()}">'
        f'<lite-embed data-src="{escape(embed.player)}" data-title="{escape(title or embed.name)}">'
        f'<a href="{escape(embed.page)}" rel="noopener">{embed.invitation} {embed.name}</a></lite-embed></figure>\n'
    )


def _embed_paragraphs(state: StateCore) -> None:
    for index, token in enumerate(state.tokens):
        match = _ALONE.fullmatch(token.content.strip()) if is_paragraph(state.tokens, index) else None
        if match and (embed := find(match[1])):
            replace_paragraph(state.tokens, index, figure(embed))


def _youtube(parts: SplitResult) -> Embed | None:
    query = parse_qs(parts.query, max_num_fields=20)
    short = "/" if parts.netloc.lower() == "youtu.be" else "/(?:embed/|shorts/|live/|v/)"
    match = re.fullmatch(rf"{short}([A-Za-z0-9_-]{{11}})/?", parts.path)
    identity = match[1] if match else query.get("v", [""])[0]
    if not re.fullmatch(r"[A-Za-z0-9_-]{11}", identity):
        return None
    start = _seconds((query.get("t") or query.get("start") or [""])[0])
    player = f"{_YOUTUBE}/embed/{identity}" + (f"?start={start}" if start else "")
    page = f"https://www.youtube.com/watch?v={identity}" + (f"&t={start}s" if start else "")
    return Embed("YouTube", "Watch on", player, page)


def _seconds(clock: str) -> int:
    """`1h2m3s`, `90s` or `90` in seconds; 0 for anything else."""
    match = _CLOCK.fullmatch(clock)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds


def _vimeo(parts: SplitResult) -> Embed | None:
    match = re.fullmatch(r"/(?:video/)?(\d{1,12})(?:/([0-9a-f]{1,20}))?/?", parts.path)
    if not match:
        return None
    secret = match[2] or parse_qs(parts.query, max_num_fields=20).get("h", [""])[0]
    secret = secret if re.fullmatch(r"[0-9a-f]{1,20}", secret) else ""
    player = f"{_VIMEO}/video/{match[1]}?" + urlencode({"dnt": 1} | ({"h": secret} if secret else {}))
    return Embed(
        "Vimeo", "Watch on", player, f"https://vimeo.com/{match[1]}" + (f"/{secret}" if secret else "")
    )


def _codepen(parts: SplitResult) -> Embed | None:
    match = re.fullmatch(
        r"/([A-Za-z0-9_-]{1,60})/(?:pen|embed|full|details)/([A-Za-z0-9]{4,40})/?", parts.path
    )
    if not match:
        return None
    user, pen = match.groups()
    return Embed("CodePen", "Open on", f"{_CODEPEN}/{user}/embed/{pen}", f"{_CODEPEN}/{user}/pen/{pen}")


def _spotify(parts: SplitResult) -> Embed | None:
    kinds = "track|album|playlist|episode|show"
    match = re.fullmatch(rf"/(?:intl-[a-z]{{2}}/)?(?:embed/)?({kinds})/([A-Za-z0-9]{{10,40}})/?", parts.path)
    if not match:
        return None
    path = "/".join(match.groups())
    return Embed("Spotify", "Listen on", f"{_SPOTIFY}/embed/{path}", f"{_SPOTIFY}/{path}")


_BUILDERS: dict[str, Callable[[SplitResult], Embed | None]] = {
    "youtube.com": _youtube,
    "m.youtube.com": _youtube,
    "music.youtube.com": _youtube,
    "youtube-nocookie.com": _youtube,
    "youtu.be": _youtube,
    "vimeo.com": _vimeo,
    "player.vimeo.com": _vimeo,
    "codepen.io": _codepen,
    "open.spotify.com": _spotify,
}
