"""What is said in an episode. The transcript is the source: whatever changes it goes through `changing`; `speech` reads it."""

from episodes.transcripts.changing import (
    Stale,
    Unfit,
    attach,
    bring_back,
    checked,
    correct,
    follow_audio,
    former,
    map_speaker,
    remove,
)

__all__ = [
    "Stale",
    "Unfit",
    "attach",
    "bring_back",
    "checked",
    "correct",
    "follow_audio",
    "former",
    "map_speaker",
    "remove",
]
