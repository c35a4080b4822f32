"""SubViewer as YouTube exports it: `0:00:01.000,0:00:04.000`, then lines of text up to a blank one."""

import re
from collections.abc import Iterator

from media_pipeline.transcripts.clock import milliseconds
from media_pipeline.transcripts.cues import Malformed, Parsed
from media_pipeline.transcripts.finishing import Found, finished
from media_pipeline.transcripts.source import Source
from media_pipeline.transcripts.timing import broken, nothing_read

_STAMP = r"([0-9]{1,4}):([0-9]{2}):([0-9]{2})\.([0-9]{3})"
_TIMING = re.compile(rf"\s*{_STAMP}\s*,\s*{_STAMP}\s*\Z")
_ALMOST = re.compile(r"\s*[0-9]{1,4}:\S{1,12},[0-9]{1,4}:\S{1,12}\s*\Z")


def recognised(source: Source) -> bool:
    first = next(line for line in source.lines if line.strip())
    return bool(_TIMING.match(first))


def read(source: Source) -> Parsed:
    cues, _ = finished(_cues(source), source)
    nothing_read(cues, source)
    if not cues:
        raise Malformed(1, "There is no line with times, such as 0:00:01.000,0:00:04.000.")
    return Parsed("sbv", cues, warnings=source.notices.all())


def _cues(source: Source) -> Iterator[Found]:
    index, lines = 0, source.lines
    while index < len(lines):
        start, index = index, index + 1
        if not lines[start].strip():
            continue
        while index < len(lines) and lines[index].strip() and not _ALMOST.match(lines[index]):
            index += 1
        match = _TIMING.match(lines[start])
        begins = milliseconds(*match.group(1, 2, 3, 4)) if match else None
        ends = milliseconds(*match.group(5, 6, 7, 8)) if match else None
        if begins is None or ends is None:
            source.notices.add(start + 1, broken(lines[start]))
            continue
        yield Found(start + 1, begins, ends, "", "\n".join(lines[start + 1 : index]).replace("[br]", "\n"))
