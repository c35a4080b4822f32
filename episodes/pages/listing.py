"""Which shows, seasons and episodes pages list: what is for everybody by now."""

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import BooleanField
from django.db.models.functions import Now

from episodes.models import Episode, EpisodeQuerySet, Season, Show
from search.models import IndexEntry, IndexEntryQuerySet

_HEAVY = ("body", "body_html", "body_text", "body_headings", "chapters", "soundbites", "kept")


def network() -> list[Show]:
    """The shows that have something to hear, each with its `newest` episode and the `count` of all."""
    heard = Episode.objects.public().filter(show=OuterRef("pk"))
    count = heard.order_by().values("show").annotate(count=Count("pk")).values("count")
    shows: list[Show] = list(
        Show.objects.filter(hidden=False)
        .select_related("artwork")
        .annotate(newest_pk=Subquery(heard.for_feeds().values("pk")[:1]), count=Subquery(count))
        .exclude(newest_pk=None)
    )
    newest = light(Episode.objects.for_feeds()).in_bulk([show.newest_pk for show in shows])  # type: ignore[attr-defined]
    for show in shows:
        show.newest = newest[show.newest_pk]  # type: ignore[attr-defined]
        show.newest.show = show  # type: ignore[attr-defined]
    return shows


def newest() -> IndexEntryQuerySet:
    """The episodes of all shows."""
    listed = Episode.objects.filter(show__hidden=False)
    return IndexEntry.objects.river().filter(kind=Episode.kind, item__in=listed.values("item"))


def episodes(show: Show, season: Season | None = None) -> EpisodeQuerySet:
    """Newest first; of a serial show from the first on. Each with `aired_at`."""
    found = light(Episode.objects.public().filter(show=show)).for_feeds().select_related("artwork", "audio")
    if season:
        found = found.filter(season=season)
    return found.reverse() if show.type == Show.Type.SERIAL else found


def light(found: EpisodeQuerySet) -> EpisodeQuerySet:
    """Without the texts that no list shows."""
    return found.defer(*_HEAVY)


def trailer(show: Show) -> Episode | None:
    """The newest one."""
    trailers = Episode.objects.public().filter(show=show, type=Episode.Type.TRAILER)
    return light(trailers).for_feeds().select_related("audio").first()


def seasons(show: Show) -> list[Season]:
    """Those with episodes, each with their `count`; the newest first, of a serial show the first."""
    public = Episode.objects.public().filter(season=OuterRef("pk")).order_by()
    count = public.values("season").annotate(count=Count("pk")).values("count")
    found = show.seasons.annotate(count=Subquery(count)).filter(count__gt=0)
    order = "number" if show.type == Show.Type.SERIAL else "-number"
    return list(found.order_by(order))


def shows() -> "QuerySet[Show]":
    """Each with `has_ended`, by the database's clock."""
    over = When(Q(ended_at__lte=Now()), then=Value(True))
    ended = Case(over, default=Value(False), output_field=BooleanField())
    return Show.objects.select_related("artwork").prefetch_related("links").annotate(has_ended=ended)
