"""Which format a file has, by what it holds; its name decides only where the content leaves it open."""

import re
from collections.abc import Callable, Iterable

from media_pipeline.transcripts import layouts, plain, podcast_json, sbv, srt, ttml, webvtt
from media_pipeline.transcripts.cues import Cue, Malformed, Parsed
from media_pipeline.transcripts.source import Source

Reader = Callable[[Source], Parsed]
Writer = Callable[[Iterable[Cue]], str]

READERS: dict[str, Reader] = {
    "vtt": webvtt.read,
    "srt": srt.read,
    "sbv": sbv.read,
    "json": podcast_json.read,
    "ttml": ttml.read,
    "txt": lambda source: plain.read(source) if plain.recognised(source) else layouts.read(source),
}
RECOGNISED: dict[str, Callable[[Source], bool]] = {
    "vtt": webvtt.recognised,
    "txt": plain.recognised,
    "json": podcast_json.recognised,
    "ttml": ttml.recognised,
    "srt": srt.recognised,
    "sbv": sbv.recognised,
}
WRITERS: dict[str, Writer] = {
    "vtt": webvtt.write,
    "srt": srt.write,
    "json": podcast_json.write,
    "ttml": ttml.write,
    "txt": plain.write,
}

_TIMED = {
    "vtt": "WebVTT",
    "srt": "SubRip",
    "sbv": "SubViewer",
    "ttml": "TTML",
    "dfxp": "TTML",
    "json": "JSON",
}
_STRANGE = (
    (re.compile(r"\s*\[Script Info\]", re.IGNORECASE), "Advanced SubStation (.ass, .ssa) cannot be read."),
    (
        re.compile(r"\s*(?:<\?xml|<!doctype|<html|<rss|<svg)", re.IGNORECASE),
        "This is XML or HTML, but no TTML.",
    ),
    (re.compile(r"%PDF-|PK\x03\x04|\{\\rtf"), "This is a document, not plain text."),
)


def reader(source: Source) -> Reader:
    """Raises Malformed for what is no transcript."""
    for kind, recognised in RECOGNISED.items():
        if recognised(source):
            return READERS[kind]
    _refuse_what_is_strange(source)
    extension = source.name.rpartition(".")[2].lower()
    if extension in _TIMED:
        raise Malformed(1, f"The name says {_TIMED[extension]}, but the file does not begin like that.")
    return layouts.read


def _refuse_what_is_strange(source: Source) -> None:
    start = "\n".join(source.lines[:20])[:1000]
    for pattern, sentence in _STRANGE:
        if pattern.match(start):
            raise Malformed(1, sentence)
    for number, line in enumerate(source.lines, start=1):
        if "\0" in line:
            raise Malformed(number, "This is no text: it holds zero bytes.")
