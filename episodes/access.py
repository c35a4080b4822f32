"""Who may hear what. Anybody hears what is public; a member's own feed (`accounts.feed_tokens`) opens the rest of its show."""

from accounts import feed_tokens
from accounts.models import FeedToken
from episodes.models import Episode, Show
from media_pipeline import delivery


@delivery.gate("episode")
def may_hear(key: str, viewer: str) -> bool:
    """The gate of an episode's files. A viewer is "" (anybody), or "feed:81", a feed token's number."""
    kind, _, number = viewer.partition(":")
    if kind == "feed":
        live = Episode.objects.live().filter(pk=key).values_list("show", flat=True)
        show = live.first()
        return show is not None and feed_tokens.opens(int(number), scope(show))
    return Episode.objects.public().filter(pk=key).exists()


def scope(show: Show | int) -> str:
    """What a feed token names: "show:3"."""
    return f"show:{show.pk if isinstance(show, Show) else show}"


def show_of(token: FeedToken) -> int | None:
    """The number of the show that a feed token names; None if it names something else."""
    kind, _, key = token.scope.partition(":")
    return int(key) if kind == "show" and key.isdecimal() else None
