"""How a region stands, in words for the desk."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime

from media_pipeline.models import Region
from media_pipeline.regions.wanted import Standing


@dataclass(frozen=True, slots=True)
class State:
    """`name` is the style's, `words` a heading's; `why` is a sentence, or ""."""

    name: str
    words: str
    why: str = ""


def state_of(region: Region) -> State:
    """What most decides whether anybody is served from it."""
    if not region.enabled:
        return State("disabled", "Disabled", "Nobody is served from here.")
    if region.distribution and not settings.CLOUDFRONT_KEY_ID:
        return State("disabled", "Not used", "It is behind CloudFront, and CLOUDFRONT_KEY_ID is not set.")
    if region.down_since:
        since = date_format(localtime(region.down_since), "j M, H:i")
        return State("down", f"Down since {since}", region.problem)
    if region.failures:
        return State("serving", "Answers", f"The last answer was a failure. {region.problem}")
    if not region.weight:
        return State("reserve", "In reserve", "Its weight is 0: used only when all others are out.")
    if not region.probed_at:
        return State("serving", "Answers", "Nobody has asked yet whether it answers.")
    return State("serving", "Answers")


def verified(held: Standing) -> int:
    """How many files are there as they should be."""
    return held.objects - held.missing - held.wrong
