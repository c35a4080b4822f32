"""WebVTT (https://www.w3.org/TR/webvtt1/), read as browsers read it, written with `<v Speaker>` voices.

Our own reader: pysubs2 drops voices, webvtt-py decodes no entities; both pass over broken cues without a word or a line.
"""

import re
from collections.abc import Iterable, Iterator

from media_pipeline.transcripts import voices
from media_pipeline.transcripts.clock import milliseconds, written
from media_pipeline.transcripts.cues import Cue, Malformed, Parsed
from media_pipeline.transcripts.finishing import Found, finished
from media_pipeline.transcripts.source import Source
from media_pipeline.transcripts.timing import broken, nothing_read, timed

_SIGNATURE = re.compile(r"WEBVTT(?:[ \t](.*))?\Z", re.DOTALL)
_STAMP = r"(?:([0-9]+):)?([0-9]{2}):([0-9]{2})\.([0-9]{3})(?![0-9])"
_TIMING = re.compile(rf"[ \t\f]*{_STAMP}[ \t\f]*-->[ \t\f]*{_STAMP}")
_SILENT = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|\Z)")
_LANGUAGE = re.compile(r"(?i)language\s*:\s*([A-Za-z0-9-]{1,35})\s*\Z")


def recognised(source: Source) -> bool:
    return bool(_SIGNATURE.match(source.lines[0]))


def read(source: Source) -> Parsed:
    """Settings, styles, regions and notes are dropped; cues whose times cannot be read are left out with a notice, as
    browsers leave them out. A cue in which several voices speak becomes a cue for each, at the same times."""
    if not (signature := _SIGNATURE.match(source.lines[0])):
        raise Malformed(1, "A WebVTT file begins with the word WEBVTT.")
    start, language = _header(source.lines)
    cues, _ = finished(_cues(source, start), source)
    nothing_read(cues, source)
    title = (signature[1] or "").strip().removeprefix("-").strip()
    return Parsed("vtt", cues, language, title, warnings=source.notices.all())


def write(cues: Iterable[Cue]) -> str:
    """Raises Untimed."""
    blocks = (
        f"\n{written(start)} --> {written(end)}\n{voices.joined(speaker, text)}".rstrip("\n")
        for start, end, speaker, text in timed(cues, "WebVTT")
    )
    return "\n".join(("WEBVTT", *blocks, ""))


def _header(lines: list[str]) -> tuple[int, str]:
    """The index of the line after the header, and the language it names."""
    language = ""
    for index, line in enumerate(lines[1:], start=1):
        if not line or "-->" in line:
            return index, language
        if match := _LANGUAGE.match(line):
            language = match[1]
    return len(lines), language


def _cues(source: Source, index: int) -> Iterator[Found]:
    lines = source.lines
    while index < len(lines):
        if "-->" in lines[index]:
            start = index
            index = _end_of_block(lines, start + 1)
            yield from _cue(source, start, index)
        elif not lines[index]:
            index += 1
        else:
            index = _without_times(source, index)


def _end_of_block(lines: list[str], index: int) -> int:
    while index < len(lines) and lines[index] and "-->" not in lines[index]:
        index += 1
    return index


def _cue(source: Source, start: int, end: int) -> Iterator[Found]:
    line = source.lines[start].replace("\0", "\ufffd")
    if not (match := _TIMING.match(line)):
        source.notices.add(start + 1, broken(line))
        return
    begins, ends = milliseconds(*match.group(1, 2, 3, 4)), milliseconds(*match.group(5, 6, 7, 8))
    if begins is None or ends is None:
        source.notices.add(start + 1, broken(line))
        return
    payload = "\n".join(source.lines[start + 1 : end]).replace("\0", "\ufffd")
    for speaker, text in voices.split(payload):
        yield Found(start + 1, begins, ends, speaker, text)


def _without_times(source: Source, start: int) -> int:
    """Passes over a note, a style, a cue's name, or text that stands without times."""
    end = _end_of_block(source.lines, start + 1)
    words = [line.strip() for line in source.lines[start:end] if line.strip()]
    named = len(words) < 2 and end < len(source.lines) and "-->" in source.lines[end]
    if words and not named and not _SILENT.match(source.lines[start]):
        source.notices.add(start + 1, f"Text without times was left out: {words[0][:60]!r}.")
    return end
