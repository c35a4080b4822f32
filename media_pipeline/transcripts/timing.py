"""What the formats of timed captions share."""

from collections.abc import Iterable, Iterator

from media_pipeline.transcripts.cues import Cue, Malformed, Untimed
from media_pipeline.transcripts.source import Source


def broken(line: str) -> str:
    return f"These times cannot be read, so this cue was left out: {line.strip()[:60]!r}."


def nothing_read(cues: tuple[Cue, ...], source: Source) -> None:
    """Raises Malformed where all cues there were had to be left out: that is no empty file."""
    if not cues and source.notices.kept:
        raise Malformed(*source.notices.kept[0])


def timed(cues: Iterable[Cue], what: str) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, speaker and text of each cue. Raises Untimed."""
    for cue in cues:
        if cue.start is None or cue.end is None:
            raise Untimed(f"{what} needs times, and this transcript has none.")
        yield cue.start, cue.end, cue.speaker, cue.text
