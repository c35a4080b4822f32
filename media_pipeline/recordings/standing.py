"""How far the renditions of a recording are, for a page and for the element that keeps it fresh."""

from typing import Any

from media_pipeline.models import MediaAsset, RenditionSet

WORDS = {
    "ready": "Ready",
    "waiting": "Waiting for a worker",
    "running": "Being made",
    "parked": "Failed",
    "cancelled": "Cancelled",
    "retired": "Replaced",
    "none": "Not asked for",
}
UNFINISHED = ("waiting", "running")
# What the steps of audio, video and images are called where people read it.
STEPS = {
    "rungs": "picture",
    "sound": "sound",
    "mp4": "MP4",
    "captions": "captions",
    "playlists": "playlists",
    "master": "playlists",
    "measure": "measuring the sound",
    "encode": "sound",
    "preview": "preview clip",
    "tag": "tags",
    "ladder": "sizes",
}


def standing(asset: MediaAsset) -> list[dict[str, Any]]:
    """Of each set that somebody wants or that is live: state, progress and what went wrong. JSON."""
    sets = RenditionSet.objects.with_state().filter(asset=asset).order_by("-id")
    wanted = sets.filter(wanted_by__isnull=False) | sets.filter(live_for__isnull=False)
    return [_described(found) for found in wanted.distinct()]


def _described(found: Any) -> dict[str, Any]:
    trying_again = found.state == "waiting" and found.work_problem
    return {
        "id": found.pk,
        "profile": found.profile,
        "state": found.state,
        "words": "Will be tried again" if trying_again else WORDS[found.state],
        "unfinished": found.state in UNFINISHED,
        "step": step(found.progress),
        "percent": found.progress.get("percent"),
        "speed": found.progress.get("speed"),
        "left": found.progress.get("left"),
        "problem": found.work_problem or "" if found.state != "ready" else "",
        "log": found.log if found.state == "parked" else "",
    }


def step(progress: dict[str, Any]) -> str:
    name: str = progress.get("step", "")
    return STEPS.get(name, name)


def summary(states: list[str]) -> str:
    """One word for a list: what most needs looking at."""
    for state in ("parked", "running", "waiting", "ready", "cancelled"):
        if state in states:
            return WORDS[state]
    return WORDS["none"]
