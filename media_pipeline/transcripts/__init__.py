"""Transcripts and captions: every format in, one form inside, every format out.

    parsed = parse(data, name="episode.vtt")     # Parsed: format, cues, language, title, warnings; raises Malformed
    write(parsed.cues, "srt")                    # str; raises Untimed

`parse(write(cues, format)).cues == cues` for all tidy cues that the format can hold: see docs/transcripts.md.
"""

from collections.abc import Iterable

from media_pipeline.transcripts.cues import Cue, Malformed, Notice, Parsed, Section, Untimed, tidied
from media_pipeline.transcripts.recognising import READERS, WRITERS, reader
from media_pipeline.transcripts.source import opened

__all__ = ["Cue", "Malformed", "Notice", "Parsed", "Section", "Untimed", "parse", "write"]


def parse(
    data: bytes | str, *, name: str = "", kind: str | None = None, duration: int | None = None
) -> Parsed:
    """Read a transcript or captions.

    The format is told by the content; `name`, a file's name, helps; `kind` (vtt, srt, sbv, json, ttml, txt) forces
    one. `duration` is the recording's, in milliseconds: the end of a last cue that has none of its own.
    Raises Malformed, which names the line.
    """
    source = opened(data, name=name, duration=duration)
    return (READERS[kind] if kind else reader(source))(source)


def write(cues: Iterable[Cue], format: str) -> str:
    """The cues as vtt, srt, json (Podcasting 2.0), ttml or txt (for people); texts are made tidy on the way.

    Raises Untimed where cues have no times and the format needs them (vtt, srt, ttml).
    """
    return WRITERS[format](tidied(cues))
