"""SubRip, as players have it: there is no standard. `Name: text` is the speaker's name and what they say.

What SRT cannot say is told apart by an invisible U+2060 WORD JOINER, which other players show as nothing: a line that
begins with it is text whatever it looks like, and `Name` + two joiners + `:` is a name whatever it looks like.

Our own reader: pysubs2 knows no speakers, and no library says which line is wrong.
"""

import re
from collections.abc import Iterable, Iterator

from media_pipeline.transcripts import speakers
from media_pipeline.transcripts.clock import milliseconds, written
from media_pipeline.transcripts.cues import JOINER, Cue, Malformed, Parsed
from media_pipeline.transcripts.finishing import Found, finished
from media_pipeline.transcripts.source import Source
from media_pipeline.transcripts.timing import broken, nothing_read, timed

_STAMP = r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-9]{1,2})(?:[,.]([0-9]{1,3}))?(?![0-9:])"
_TIMING = re.compile(rf"[ \t\ufeff]*{_STAMP}[ \t]*-->[ \t]*{_STAMP}")
_NUMBER = re.compile(r"[ \t\ufeff]*[0-9]+[ \t]*\Z")
_TAG = re.compile(r"</?(?:[ibus]|font|ruby|rt)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_NAMED = f"{JOINER}{JOINER}:"
_LOOKED_AT = 40


def recognised(source: Source) -> bool:
    """Some timing line with an arrow stands near the start."""
    return any(_TIMING.match(line) for line in source.lines[:_LOOKED_AT])


def read(source: Source) -> Parsed:
    """Accepts blank lines inside cues, missing numbers, dots for commas and missing hours; drops font tags. A cue whose
    times cannot be read is left out with a notice."""
    cues, _ = finished(_cues(source), source)
    nothing_read(cues, source)
    if not cues:
        raise Malformed(1, "There is no line with times, such as 00:00:01,000 --> 00:00:04,000.")
    return Parsed("srt", cues, warnings=source.notices.all())


def write(cues: Iterable[Cue]) -> str:
    """Raises Untimed."""
    return "\n".join(
        f"{number}\n{written(start, ',')} --> {written(end, ',')}\n{_body(speaker, text)}\n"
        for number, (start, end, speaker, text) in enumerate(timed(cues, "SRT"), start=1)
    )


def _cues(source: Source) -> Iterator[Found]:
    lines, notices = source.lines, source.notices
    timings = [index for index, line in enumerate(lines) if _is_timing(line)]
    heads = [_head(lines, index) for index in timings]
    _left_out(source, heads[0] if heads else len(lines))
    for index, end in zip(timings, [*heads, len(lines)][1:], strict=True):
        match = _TIMING.match(lines[index])
        begins = milliseconds(*match.group(1, 2, 3, 4)) if match else None
        ends = milliseconds(*match.group(5, 6, 7, 8)) if match else None
        if begins is None or ends is None:
            notices.add(index + 1, broken(lines[index]))
            continue
        yield Found(index + 1, begins, ends, *_taken_apart("\n".join(lines[index + 1 : end])))


def _is_timing(line: str) -> bool:
    return "-->" in line and "-->" in line.partition(JOINER)[0]


def _head(lines: list[str], timing: int) -> int:
    """Where the cue begins: at its number, if it has one."""
    return timing - 1 if timing and _NUMBER.match(lines[timing - 1]) else timing


def _left_out(source: Source, end: int) -> None:
    for index, line in enumerate(source.lines[:end]):
        if line.strip() and not _NUMBER.match(line):
            source.notices.add(index + 1, f"Text without times was left out: {line.strip()[:60]!r}.")
            return


def _taken_apart(body: str) -> tuple[str, str]:
    """Speaker and text of a cue's lines; `tidy` drops the joiners afterwards."""
    body = _TAG.sub("", body).strip()
    first, newline, rest = body.partition("\n")
    marked, mark, text = first.partition(_NAMED)
    if mark:
        return marked, f"{text}{newline}{rest}"
    if found := speakers.split(first):
        return found[0], f"{found[1]}{newline}{rest}"
    return "", body


def _body(speaker: str, text: str) -> str:
    lines = [_without_tags(line) or JOINER for line in text.split("\n")] if text else [""]
    if speaker:
        name = f"{speaker}:" if speakers.is_label(speaker) else f"{_without_tags(speaker)}{_NAMED}"
        lines[0] = f"{name} {lines[0]}".rstrip()
    elif speakers.split(lines[0]):
        lines[0] = f"{JOINER}{lines[0]}"
    return "\n".join(f"{JOINER}{line}" if "-->" in line else line for line in lines)


def _without_tags(line: str) -> str:
    return _TAG.sub(lambda tag: f"{tag[0][0]}{JOINER}{tag[0][1:]}", line)
