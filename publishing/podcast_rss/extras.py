"""Elements of the podcast namespace that came from another feed, and are given out again as they came."""

import re
from collections.abc import Iterable

from publishing.podcast_rss.parts import Extra
from publishing.podcast_rss.writing import attribute, escaped

_NAME = re.compile(r"podcast:[A-Za-z][A-Za-z0-9]{0,60}")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_DEEPEST = 10


def written(extras: Iterable[Extra], beside: str) -> str:
    """Those that `beside`, the XML of the same channel or item, has nothing of its own for."""
    return "".join(_element(extra, 0) for extra in extras if not _stands(str(extra.get("name", "")), beside))


def _stands(name: str, beside: str) -> bool:
    return any(f"<{name}{end}" in beside for end in (" ", ">", "/"))


def _element(extra: Extra, depth: int) -> str:
    """Names that could end the element they stand in are no names; whatever else it says is escaped."""
    name = str(extra.get("name", ""))
    if not _NAME.fullmatch(name) or depth > _DEEPEST:
        return ""
    attributes = "".join(
        f' {key}="{attribute(str(value))}"'
        for key, value in sorted(extra.get("attributes", {}).items())
        if _ATTRIBUTE.fullmatch(key)
    )
    children = "".join(_element(child, depth + 1) for child in extra.get("children", ()))
    inside = f"{escaped(str(extra.get('text', '')).strip())}{children}"
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"
