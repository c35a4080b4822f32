r"""Our own plain text: for people to read, and read back exactly.

    [00:00:01.000 - 00:00:04.500] Ann Example
    What she says, in as many lines as it has.

A transcript without times has `[no time]` instead. A line of the text that looks like that, or begins with `\`, gets a `\` before it.
"""

import re
from collections.abc import Iterable, Iterator

from media_pipeline.transcripts.clock import milliseconds, written
from media_pipeline.transcripts.cues import Cue, Malformed, Parsed
from media_pipeline.transcripts.finishing import Found, finished
from media_pipeline.transcripts.source import Source

LAYOUT = "ours"

_STAMP = r"([0-9]{2,4}):([0-9]{2}):([0-9]{2})\.([0-9]{3})"
_HEAD = re.compile(rf"\[(?:{_STAMP} - {_STAMP}|no time)\](?: (.*))?\Z", re.DOTALL)


def recognised(source: Source) -> bool:
    return bool(_HEAD.match(next(line for line in source.lines if line.strip())))


def read(source: Source) -> Parsed:
    cues, _ = finished(_cues(source), source)
    return Parsed("txt", cues, layout=LAYOUT, warnings=source.notices.all())


def write(cues: Iterable[Cue]) -> str:
    return "\n".join(_block(cue) for cue in cues)


def _block(cue: Cue) -> str:
    time = "no time" if cue.start is None or cue.end is None else f"{written(cue.start)} - {written(cue.end)}"
    lines = (f"\\{line}" if line[:1] == "\\" or _HEAD.match(line) else line for line in cue.text.split("\n"))
    return (
        f"[{time}] {cue.speaker}".rstrip() + "\n" + "".join(f"{line}\n" for line in lines if line or cue.text)
    )


def _cues(source: Source) -> Iterator[Found]:
    heads = [(index, match) for index, line in enumerate(source.lines) if (match := _HEAD.match(line))]
    ends = [index for index, _ in heads[1:]] + [len(source.lines)]
    for (index, head), end in zip(heads, ends, strict=True):
        start = stop = None
        if head[1]:
            start, stop = milliseconds(*head.group(1, 2, 3, 4)), milliseconds(*head.group(5, 6, 7, 8))
            if start is None or stop is None:
                raise Malformed(index + 1, f"These times cannot be read: {source.lines[index][:60]!r}.")
        text = "\n".join(line.removeprefix("\\") for line in source.lines[index + 1 : end])
        yield Found(index + 1, start, stop, head[9] or "", text)
