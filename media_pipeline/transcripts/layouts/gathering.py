"""How heads, and the lines that follow them, become cues."""

import re
from collections.abc import Iterator

from media_pipeline.transcripts.cues import Notices
from media_pipeline.transcripts.finishing import Found, Heading
from media_pipeline.transcripts.layouts import paragraphs
from media_pipeline.transcripts.layouts.page import Head, Layout, Line, heading, is_machinery, joined

_TELLING = re.compile(r"transcript|episode|#[0-9]", re.IGNORECASE)
_VOICE = re.compile(r"</v>|<v(?:\.\S{1,40})?[ \t]+([^<>\n]{1,200})>")
_NOBODY = Head(None, None, None, "")


def gathered(layout: Layout, notices: Notices) -> Iterator[Found | Heading]:
    """A cue for each head. After a heading inside it comes another cue, by nobody in particular."""
    first = _first(layout)
    yield from _preface(layout, layout.lines[:first], notices)
    speaker = ""
    head, number, rest = _NOBODY, 0, [""]
    for line, following in zip(layout.lines[first:], layout.heads[first:], strict=True):
        title = heading(line.text) if layout.markdown and not following else ""
        if not following and not title:
            rest.append("" if layout.markdown and is_machinery(line.text) else line.text)
            continue
        yield from _said(layout, head, number, speaker, rest)
        if title:
            yield Heading(line.number, title)
            head, number, rest, speaker = _NOBODY, 0, [""], ""
        elif following:
            speaker = speaker if following.speaker is None else following.speaker
            head, number, rest = following, line.number, [following.text]
    yield from _said(layout, head, number, speaker, rest)


def title(layout: Layout) -> str:
    """The most telling line before the first head, where that is not speech."""
    lines = [line.text for line in layout.lines[: _first(layout)] if line.text]
    if _is_speech(layout) or not lines:
        return ""
    return next((line for line in lines if _TELLING.search(line)), lines[0])[:400].strip("# ")


def _first(layout: Layout) -> int:
    return next(index for index, head in enumerate(layout.heads) if head)


def _is_speech(layout: Layout) -> bool:
    head = layout.heads[_first(layout)]
    return not layout.timed or (head is not None and head.start != 0)


def _said(layout: Layout, head: Head, number: int, speaker: str, rest: list[str]) -> Iterator[Found]:
    """Nothing for a mere heading without words after it: `number` is 0 where no head stands."""
    text = joined(rest, markdown=layout.markdown)
    if not number and not text.strip():
        return
    said = list(_voices(speaker, text)) if "<" in text else [(speaker, text)]
    for who, words in said:
        yield Found(number or 1, head.start, head.end, who, words)


def _voices(speaker: str, text: str) -> Iterator[tuple[str, str]]:
    """Some print WebVTT's voices in plain text, several in a line. The same voice again is no change."""
    pieces: list[str | None] = [speaker, *_VOICE.split(text)]
    words = ""
    for name, said in zip([speaker, *pieces[2::2]], pieces[1::2], strict=True):
        if name != speaker and words.strip():
            yield speaker, words
            words = ""
        speaker = name or ""
        words += said or ""
    yield speaker, words


def _preface(layout: Layout, before: list[Line], notices: Notices) -> Iterator[Found | Heading]:
    if layout.markdown:
        yield from paragraphs.found(before)
        return
    lines = [line for line in before if line.text]
    if lines and _is_speech(layout):
        yield Found(lines[0].number, None, None, "", "\n".join(line.text for line in before))
    elif lines:
        notices.add(
            lines[0].number, f"What stands before the first time was left out: {lines[0].text[:60]!r}."
        )
