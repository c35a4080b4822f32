"""Which of a show's links lead into an app to listen with; the others are about the show."""

from urllib.parse import urlsplit

from episodes.models import Show, ShowLink

APPS = (
    "amazon.com",
    "antennapod.org",
    "apple.com",
    "audible.com",
    "castbox.fm",
    "castro.fm",
    "deezer.com",
    "fountain.fm",
    "fyyd.de",
    "goodpods.com",
    "iheart.com",
    "overcast.fm",
    "pca.st",
    "player.fm",
    "pocketcasts.com",
    "podcastaddict.com",
    "podcastguru.io",
    "podimo.com",
    "podverse.fm",
    "spotify.com",
    "truefans.fm",
    "tunein.com",
    "youtube.com",
)


def sorted_out(show: Show) -> tuple[list[ShowLink], list[ShowLink]]:
    """Links into apps, and the rest, both in the editors' order."""
    links = list(show.links.all())
    apps = [link for link in links if is_app(link.url)]
    return apps, [link for link in links if link not in apps]


def is_app(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return any(host == app or host.endswith(f".{app}") for app in APPS)
