"""Removing from the regions what no set has needed for a day."""

from datetime import timedelta

from core.faults import point
from media_pipeline.models import Region
from media_pipeline.regions import buckets, claiming
from media_pipeline.regions.copying import Thing, answering, greet
from media_pipeline.regions.wanted import GRACE

AT_ONCE = 1000  # keys that S3 deletes with one request
HELD = timedelta(minutes=10)  # longer than a request takes: what is wanted again is not copied before its end


def remove(region: Region) -> int:
    """How many objects went. What is wanted again meanwhile is missing, and copied anew.

    Raises Away and NotCopied.
    """
    removed = 0
    while things := claiming.claim_unwanted(region, AT_ONCE, GRACE, HELD):
        try:
            greet(region)
        except BaseException:
            claiming.give_back(things)
            raise
        kept = _delete(
            region, things
        )  # once it is asked for, it may happen at any moment until the claim ends
        point("sync.after_removal")
        gone = [thing for thing in things if thing.key not in kept]
        claiming.forget(gone)
        claiming.failed([(thing, kept[thing.key], False) for thing in things if thing.key in kept])
        removed += len(gone)
    return removed


def _delete(region: Region, things: list[Thing]) -> dict[str, str]:
    """Key -> why it is still there."""
    point("sync.before_removal")
    objects = [{"Key": thing.key} for thing in things]
    with answering(region):
        answer = buckets.client(region).delete_objects(
            Bucket=region.bucket, Delete={"Objects": objects, "Quiet": True}
        )
    return {one["Key"]: f"It cannot be removed: {one.get('Message', '')}" for one in answer.get("Errors", [])}
