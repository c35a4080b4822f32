"""A transcript as a file: the media type of each form, and its text."""

from django.template.loader import render_to_string

from episodes.models import Episode
from episodes.transcripts import speech
from media_pipeline import transcripts
from media_pipeline.transcripts import Untimed

TYPES = {
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "json": "application/json",
    "txt": "text/plain",
    "html": "text/html",
}
TIMED = ("vtt", "srt")


def written(episode: Episode, form: str) -> str | None:
    """The episode's transcript as vtt, srt, json, txt or html; None where it has none, or none with the times it needs."""
    if form not in TYPES:
        return None
    if form == "html":
        said = speech.lines(episode)
        context = {"episode": episode, "lines": said}
        return render_to_string("episodes/transcript_file.html", context) if said else None
    cues = speech.cues(episode)
    try:
        return transcripts.write(cues, form) if cues else None
    except Untimed:
        return None


def forms(standing: speech.Standing) -> list[tuple[str, str]]:
    """What can be had of it: extension and what people call it."""
    names = {"vtt": "VTT", "srt": "SRT", "json": "JSON", "txt": "Text"}
    return [(form, name) for form, name in names.items() if standing.timed or form not in TIMED]
