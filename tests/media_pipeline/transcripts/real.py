"""The real transcripts and captions beside the project, and what is known about them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.shared import DATA

SETS = ("transcripts", "subtitles", "network/datatalks", "feeds/podcasting20/transcripts", "courses")
_NONE = (".json", ".html")  # expectations, and pages for people


@cache
def files() -> list[Path]:
    """Every transcript and caption; of the JSON files only those that are transcripts."""
    found = [path for folder in SETS for path in sorted((DATA / folder).rglob("*")) if path.is_file()]
    found = [path for path in found if "courses" not in path.parts or "transcripts" in path.parts]
    kept = [path for path in found if path.suffix not in _NONE or path.name == "example.json"]
    return [
        path
        for path in [*kept, DATA / "feeds/podcasting20/podcast_search/test_transcript.json"]
        if path.is_file()
    ]


@cache
def expected() -> dict[str, dict[str, Any]]:
    """What MANIFEST.json says of each file, by its path: facts measured with other tools."""
    manifest = json.loads((DATA / "MANIFEST.json").read_text())
    return {path: entry["expect"] for path, entry in manifest.items() if entry.get("expect")}


def where(path: Path) -> str:
    return path.relative_to(DATA).as_posix()
