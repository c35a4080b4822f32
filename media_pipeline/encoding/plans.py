"""Which steps a profile needs for an asset. Each kind's room adds its own."""

from collections.abc import Callable, Sequence
from typing import Any

from core.work import Permanent
from media_pipeline.encoding.profiles import PROFILES
from media_pipeline.encoding.steps import Step
from media_pipeline.models import MediaAsset

type Planner = Callable[[MediaAsset, Any, dict[str, Any]], Sequence[Step]]

_planners: dict[type, Planner] = {}


def planner(profile: type) -> Callable[[Planner], Planner]:
    """Register who plans for a class of profiles: `(asset, profile, tags) -> steps`."""

    def register(function: Planner) -> Planner:
        _planners[profile] = function
        return function

    return register


def plan(asset: MediaAsset, profile: str, tags: dict[str, Any]) -> Sequence[Step]:
    """The steps in their order; those that read others stand behind them.

    Raises Permanent if there is no such profile, or if it cannot be made of this kind of asset.
    """
    found = PROFILES.get(profile)
    if found is None:
        raise Permanent(f"There is no profile “{profile}”; there are {', '.join(sorted(PROFILES))}.")
    if asset.kind not in found.kinds:
        raise Permanent(f"The profile “{profile}” cannot be made of {asset.get_kind_display().lower()}.")
    return _planners[type(found)](asset, found, tags)
