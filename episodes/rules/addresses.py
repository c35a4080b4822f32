"""Addresses of podcasts, for links in texts."""

from collections.abc import Collection, Iterable

from episodes.models import Season, Show
from publishing.linter.inside import address


@address("show", "show_feed", part="show")
def _shows(slugs: Collection[str]) -> Iterable[str]:
    return Show.objects.filter(slug__in=slugs).values_list("slug", flat=True)


@address("season", "season_feed", part="show")
def _shows_with_seasons(slugs: Collection[str]) -> Iterable[str]:
    return Season.objects.filter(show__slug__in=slugs).values_list("show__slug", flat=True)
