"""What a recording brings along in its tags and its chapters, for the fields of an episode."""

import re
from typing import Any

from episodes.chapters import Chapter, stamp, written
from media_pipeline.models import MediaAsset

_NUMBER = re.compile(r"(\d{1,6})(?:/\d+)?")


def brought(asset: MediaAsset) -> dict[str, str]:
    """{"title", "number", "chapters"} as the form's fields hold them; what the file does not say is left out."""
    tags: dict[str, Any] = asset.probe.get("tags") or {}
    number = _NUMBER.fullmatch(str(tags.get("track") or "").strip())
    found = {
        "title": _one_line(tags.get("title"))[:200],
        "number": number[1] if number else "",
        "chapters": chapters(asset),
    }
    return {name: value for name, value in found.items() if value}


def chapters(asset: MediaAsset) -> str:
    """A line each; empty if the file has none."""
    told: list[dict[str, Any]] = asset.probe.get("chapters") or []
    return written(
        [
            Chapter(each["start"], _one_line(each["title"]) or stamp(each["start"]), each.get("url", ""))
            for each in told
        ]
    )


def _one_line(text: Any) -> str:
    """A bar would begin a link."""
    return " ".join(str(text or "").replace("|", "/").split())
