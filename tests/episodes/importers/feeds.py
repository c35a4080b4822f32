"""Feeds as tests write them, and the real ones beside the project."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.shared import DATA

FEEDS = DATA / "feeds"
SPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:psc="http://podlove.org/simple-chapters"'
)


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """Path below `feeds` -> what it should become."""
    listed = json.loads((DATA / "MANIFEST.json").read_text())
    other = (".json", ".html", ".srt", ".vtt", ".opml")
    feeds = {path.removeprefix("feeds/"): row for path, row in listed.items() if path.startswith("feeds/")}
    return {
        path: row.get("expect") or {}
        for path, row in feeds.items()
        if not path.startswith("opml/") and not path.endswith(other)
    }


def content_type(expected: dict[str, Any]) -> str:
    return next((line.partition(":")[2].strip() for line in expected.get("http_headers", ())), "")


def feed(*items: str, channel: str = "", title: str = "Night Shift") -> str:
    written = "\n".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>\n<rss version="2.0" {SPACES}><channel><title>{title}</title>{channel}\n{written}</channel></rss>'


def item(number: int = 1, more: str = "", *, guid: str = "", title: str = "", day: int | None = None) -> str:
    return (
        f"<title>{title or f'Shift {number}'}</title><guid>{guid or f'g-{number}'}</guid>"
        f"<pubDate>{day or number:02} Jan 2024 10:00:00 GMT</pubDate>"
        f'<enclosure url="https://cdn.example.org/{number}.mp3" length="1000" type="audio/mpeg"/>{more}'
    )


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
