"""Podcasting 2.0 JSON transcripts (https://github.com/Podcastindex-org/podcast-namespace, transcripts): segments with
startTime and endTime in seconds, speaker, body. Whisper's start, end and text are read too."""

import json
import re
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from media_pipeline.transcripts.cues import MAX_CUES, Cue, Malformed, Parsed
from media_pipeline.transcripts.finishing import Found, finished
from media_pipeline.transcripts.source import Source

_PUNCTUATION = "{[,"
_MOST_PUNCTUATION = 20 * MAX_CUES  # keeps what is built in memory in proportion
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)
_OPENING = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
_BLANK = re.compile(r"[ \t\n]*")


def recognised(source: Source) -> bool:
    """It begins as JSON does, and not with a stage direction such as `[music]`."""
    return bool(_OPENING.match("\n".join(source.lines[:20])))


def read(source: Source) -> Parsed:
    """Strict: numbers are finite, no key stands twice, every segment has a body, and all of them have a start or none.
    A segment without an end goes on to the next one. Raises Malformed."""
    if sum(map(source.text.count, _PUNCTUATION)) > _MOST_PUNCTUATION:
        raise Malformed(1, "The JSON has too many parts for a transcript.")
    cues, _ = finished(_segments(source.text), source)
    return Parsed("json", cues, warnings=source.notices.all())


def write(cues: Iterable[Cue]) -> str:
    """A transcript without times has segments without startTime and endTime."""
    segments = [_segment(cue) for cue in cues]
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False, indent=1)


def _segment(cue: Cue) -> dict[str, str | float]:
    times = (
        {}
        if cue.start is None or cue.end is None
        else {"startTime": cue.start / 1000, "endTime": cue.end / 1000}
    )
    return times | ({"speaker": cue.speaker} if cue.speaker else {}) | {"body": cue.text}


def _segments(text: str) -> Iterator[Found]:
    """Segment after segment, so that an error knows its line and nothing else is held."""
    first = place = _start_of_list(text)
    line, counted, timed = 1, 0, None
    while text[place : place + 1] != "]":
        line, counted = line + text.count("\n", counted, place), place
        segment, place = _decoded(text, place, line)
        found = _found(segment, line)
        if timed is None:
            timed = found.start is not None
        if timed is not (found.start is not None):
            raise Malformed(line, "This segment and the others disagree about whether there are times.")
        yield found
        place = _after_comma(text, place)
    _checked(f"{text[:first]}{text[place:]}", text, first)


def _start_of_list(text: str) -> int:
    """Where the first segment would begin, in the list under the outermost "segments"."""
    depth, key = 0, ""
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == 2 and token[0] == "[" and key == '"segments"':
                return _blank(text, token.end())
        elif token[0] in "]}":
            depth -= 1
        elif depth == 1:
            key = token[0]
    _checked(text, text, len(text))
    raise Malformed(1, 'A JSON transcript is an object with a list of "segments".')


def _blank(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _after_comma(text: str, place: int) -> int:
    place = _blank(text, place)
    if text[place : place + 1] == "]":
        return place
    if text[place : place + 1] != "," or text[(after := _blank(text, place + 1)) : after + 1] == "]":
        raise Malformed(_line(text, place), "This is no JSON: a comma or the end of the list is wrong here.")
    return after


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"the key {key[:60]!r} stands twice")
        made[key] = value
    return made


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _decoded(text: str, place: int, line: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise Malformed(error.lineno, f"This is no JSON: {error.msg}.") from error
    except RecursionError as error:
        raise Malformed(line, "The JSON is nested too deep.") from error
    except ValueError as error:
        raise Malformed(line, f"This cannot be read: {str(error)[:120]}.") from error


def _checked(around: str, text: str, first: int) -> None:
    """Raise Malformed unless what stands around the segments, which begin at `first`, is JSON too."""
    try:
        _DECODER.decode(around)
    except json.JSONDecodeError as error:
        taken_out = len(text) - len(around) if error.pos >= first else 0
        raise Malformed(_line(text, error.pos + taken_out), f"This is no JSON: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise Malformed(1, f"This cannot be read: {str(error)[:120]}.") from error


def _found(segment: Any, line: int) -> Found:
    if not isinstance(segment, dict):
        raise Malformed(line, "A segment is an object with startTime, endTime, speaker and body.")
    body = segment.get("body", segment.get("text"))
    speaker = segment.get("speaker") or ""
    if not isinstance(body, str) or not isinstance(speaker, str):
        raise Malformed(line, "A segment's body and speaker are text.")
    start = _milliseconds(segment.get("startTime", segment.get("start")), line)
    end = _milliseconds(segment.get("endTime", segment.get("end")), line)
    return Found(line, start, end if start is not None else None, speaker, body)


def _milliseconds(seconds: Any, line: int) -> int | None:
    if seconds is None:
        return None
    try:
        value = float(seconds)
    except (TypeError, ValueError, OverflowError):
        value = -1.0
    if isinstance(seconds, bool) or not isfinite(value) or value < 0:
        raise Malformed(line, f"{str(seconds)[:40]!r} is no time in seconds.")
    return round(value * 1000)
