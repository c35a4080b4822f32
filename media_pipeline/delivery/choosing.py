"""From where a set is served: the nearest regions that hold all of it, then the origin."""

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from core.prepared import Prepared
from media_pipeline.delivery.visitors import Place, kilometres
from media_pipeline.models import OriginSwitch, Region, RenditionSet

ORIGIN = "origin"
EVERY = "*"  # in place of a slug: all regions, so that the origin remains
NOWHERE = (45.0, -20.0)  # whoever cannot be found is taken to be between Europe and America
MOST = 3  # regions that are offered before the origin


def chain(found: RenditionSet, place: Place | None, without: Collection[str] = ()) -> list[Region | None]:
    """Best first, at most MOST regions, and None, the origin, as the last. One query.

    Without those named, be it ORIGIN; if nothing is left then, as if none were named.
    """
    regions = [] if EVERY in without else sorted(eligible(found), key=_by(place))
    left = [region for region in regions if region.slug not in without][:MOST]
    if ORIGIN not in without:
        return [*left, None]
    return list(left) or [*regions[:MOST], None]


def eligible(found: RenditionSet) -> list[Region]:
    """The regions that may serve it now: up, in use, every file of the set verified there. None while the switch is at fallback."""
    regions = [Region.from_db(None, _COLUMNS, row) for row in _eligible.rows(found.pk)]
    return [region for region in regions if _can_be_signed_for(region)]


def _can_be_signed_for(region: Region) -> bool:
    """Whether the settings have the keys still."""
    if region.distribution:
        return bool(settings.CLOUDFRONT_KEY_ID)
    return region.credentials in settings.S3_CREDENTIALS


def _serving(set_pk: int) -> QuerySet[Any, Any]:
    newest = OriginSwitch.objects.order_by("-pk").values("mode")[:1]
    mode = Coalesce(Subquery(newest), Value(OriginSwitch.Mode.PRIMARY))
    regions = Region.objects.serving().holding(RenditionSet(pk=set_pk)).alias(mode=mode)
    return regions.filter(mode=OriginSwitch.Mode.PRIMARY).values_list(*_COLUMNS)


_COLUMNS = [field.attname for field in Region._meta.concrete_fields]
_eligible = Prepared(_serving)


def _by(place: Place | None) -> Callable[[Region], tuple[bool, float, str]]:
    """Nearest first; a weight of 2 halves the way, and those without weight are last."""

    def order(region: Region) -> tuple[bool, float, str]:
        away = kilometres(place or NOWHERE, (region.latitude, region.longitude))
        return not region.weight, away / (region.weight or 1), region.name

    return order
