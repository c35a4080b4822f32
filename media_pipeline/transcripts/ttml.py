"""TTML (https://www.w3.org/TR/ttml2/) as captions use it: paragraphs with begin, end or dur, and agents who speak.

Our own reader: pysubs2 turns agents into styles' names and names no line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from core import xml
from media_pipeline.transcripts.clock import written
from media_pipeline.transcripts.cues import MAX_CUES, MAX_TIME, Cue, Malformed, Parsed
from media_pipeline.transcripts.finishing import Found, finished
from media_pipeline.transcripts.source import Source
from media_pipeline.transcripts.timing import nothing_read, timed

_TT = "http://www.w3.org/ns/ttml"
_METADATA = f"{_TT}#metadata"
_BREAK = "\u2028"  # tidy makes it a line break; line breaks of the source are mere blanks
_OPENING = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:[A-Za-z]+:)?tt[\s>]", re.DOTALL)
_CLOCK = re.compile(r"([0-9]{2,4}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9})|:([0-9]{2,3}))?\Z")
_OFFSET = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(h|m|s|ms|f|t)\Z")
_SECONDS = re.compile(
    r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-9]{1,2}(?:\.[0-9]{1,9})?)\Z|([0-9]{1,7}\.[0-9]{1,9})\Z"
)
_SPACE = re.compile(r"[ \t\n]+")
_MOST_DEEP = 64

Name = tuple[str | None, str]


def recognised(source: Source) -> bool:
    return bool(_OPENING.match("\n".join(source.lines[:20])))


def read(source: Source) -> Parsed:
    """Styles and layout are dropped; times count from their parents' begin, as TTML has it. Raises Malformed."""
    document = _Document(source)
    # Python's text has forgotten how its bytes were encoded; what the declaration says would be wrong
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", lambda match: "\n" * match[0].count("\n"), source.text, count=1)
    try:
        xml.read(text.encode("utf-8", "replace"), document)
    except xml.Refused as refused:
        raise Malformed(refused.line, str(refused)) from refused
    cues, _ = finished(document.found(), source)
    nothing_read(cues, source)
    return Parsed("ttml", cues, document.language, document.title, warnings=source.notices.all())


def write(cues: Iterable[Cue]) -> str:
    """Raises Untimed."""
    agents: dict[str, str] = {}
    paragraphs = []
    for start, end, speaker, text in timed(cues, "TTML"):
        agent = f' ttm:agent="{agents.setdefault(speaker, f"s{len(agents) + 1}")}"' if speaker else ""
        lines = escape(text).replace("\n", "<br/>")
        paragraphs.append(f'<p begin="{written(start)}" end="{written(end)}"{agent}>{lines}</p>\n')
    people = "".join(
        f'<ttm:agent xml:id={quoteattr(key)} type="person"><ttm:name type="full">{escape(name)}</ttm:name></ttm:agent>\n'
        for name, key in agents.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="{_TT}" xmlns:ttm="{_METADATA}" xml:space="preserve">\n'
        f"<head><metadata>\n{people}</metadata></head>\n<body><div>\n{''.join(paragraphs)}</div></body>\n</tt>\n"
    )


@dataclass(slots=True)
class _Timing:
    """Where an element begins, and where it ends if that is said."""

    begin: int = 0
    end: int | None = None
    said: bool = False


@dataclass(slots=True)
class _Paragraph:
    line: int
    timing: _Timing
    agent: str
    preserve: bool
    pieces: list[str] = field(default_factory=list)
    begin: int | None = None  # of the spans inside, where the paragraph has no times of its own
    end: int | None = None

    def hold(self, span: _Timing) -> None:
        if span.said:
            self.begin = span.begin if self.begin is None else min(self.begin, span.begin)
            self.end = self.end if span.end is None else max(self.end or 0, span.end)


class _Document(xml.ContentHandler):
    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.language = self.title = ""
        self.names: dict[str, str] = {}
        self.paragraphs: list[_Paragraph] = []
        self.rates = {"f": Fraction(30), "t": Fraction(1)}
        self._open: list[tuple[str, _Timing]] = []
        self._preserve = False
        self._paragraph: _Paragraph | None = None
        self._agent = ""
        self._heard: list[str] | None = None
        self._locator: Any

    @property
    def line(self) -> int:
        return self._locator.getLineNumber() or 1

    def startElementNS(self, name: Name, qname: str | None, attrs: Any) -> None:
        if len(self._open) == _MOST_DEEP:
            raise Malformed(self.line, f"The elements are nested more than {_MOST_DEEP} deep.")
        tag, said = name[1], {key[1]: value for key, value in attrs.items()}
        if not self._open:
            self._settings(said)
        self._open.append((tag, self._timing(said)))
        if begin := getattr(self, f"_begin_{tag}", None):
            begin(said)

    def characters(self, content: str) -> None:
        if self._heard is not None:
            self._heard.append(content)
        elif self._paragraph and self._open[-1][0] in ("p", "span"):
            self._paragraph.pieces.append(content)

    def endElementNS(self, name: Name, qname: str | None) -> None:
        self._open.pop()
        if name[1] == "p":
            self._paragraph = None
        elif self._heard is not None and name[1] in ("name", "title"):
            heard, self._heard = "".join(self._heard), None
            if name[1] == "name":
                self.names.setdefault(self._agent, heard)
            else:
                self.title = self.title or " ".join(heard.split())

    def found(self) -> Iterator[Found]:
        for paragraph in self.paragraphs:
            timing = paragraph.timing
            untimed = not timing.said and timing.end is None
            begin, end = (paragraph.begin, paragraph.end) if untimed else (timing.begin, timing.end)
            text = "".join(paragraph.pieces)
            text = text if paragraph.preserve else _SPACE.sub(" ", text)
            yield Found(paragraph.line, begin, end, self.names.get(paragraph.agent, paragraph.agent), text)

    def _settings(self, said: dict[str, str]) -> None:
        self.language, self._preserve = said.get("lang", "")[:35], said.get("space") == "preserve"
        for unit, name in (("f", "frameRate"), ("t", "tickRate")):
            if re.fullmatch(r"[1-9][0-9]{0,8}", rate := said.get(name, "")):
                self.rates[unit] = Fraction(int(rate))
        if by := re.fullmatch(r"([1-9][0-9]{0,5})[ :]([1-9][0-9]{0,5})", said.get("frameRateMultiplier", "")):
            self.rates["f"] *= Fraction(int(by[1]), int(by[2]))

    def _begin_p(self, said: dict[str, str]) -> None:
        if len(self.paragraphs) == MAX_CUES:
            raise Malformed(self.line, f"There are more than {MAX_CUES:,} cues.")
        preserve = said.get("space", "preserve" if self._preserve else "") == "preserve"
        self._paragraph = _Paragraph(self.line, self._open[-1][1], _first(said.get("agent", "")), preserve)
        self.paragraphs.append(self._paragraph)

    def _begin_br(self, said: dict[str, str]) -> None:
        if self._paragraph:
            self._paragraph.pieces.append(_BREAK)

    def _begin_span(self, said: dict[str, str]) -> None:
        if self._paragraph:
            self._paragraph.agent = self._paragraph.agent or _first(said.get("agent", ""))
            self._paragraph.hold(self._open[-1][1])

    def _begin_agent(self, said: dict[str, str]) -> None:
        self._agent = said.get("id", "")

    def _begin_name(self, said: dict[str, str]) -> None:
        self._heard = []

    _begin_title = _begin_name

    def _timing(self, said: dict[str, str]) -> _Timing:
        parent = self._open[-1][1] if self._open else _Timing()
        begin, end, duration = (self._time(said.get(key)) for key in ("begin", "end", "dur"))
        if begin is None and end is None and duration is None:
            return _Timing(parent.begin, parent.end)
        timing = _Timing(parent.begin + (begin or 0), parent.end, True)
        if end is not None:
            timing.end = parent.begin + end
        elif duration is not None:
            timing.end = timing.begin + duration
        return timing

    def _time(self, said: str | None) -> int | None:
        if not said:
            return None
        value = _milliseconds(said.strip(), self.rates)
        if value is None or value > MAX_TIME:
            raise Malformed(self.line, f"The time {said[:40]!r} cannot be read.")
        return value


def _first(agents: str) -> str:
    return agents.partition(" ")[0]


def _milliseconds(said: str, rates: dict[str, Fraction]) -> int | None:
    if clock := _CLOCK.match(said):
        hours, minutes, seconds = map(int, clock.group(1, 2, 3))
        if minutes > 59 or seconds > 59:
            return None
        part = Fraction(f"0.{clock[4]}") if clock[4] else Fraction(int(clock[5] or 0)) / rates["f"]
        return round((hours * 3600 + minutes * 60 + seconds + part) * 1000)
    if offset := _OFFSET.match(said):
        units = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
        unit = units.get(offset[2]) or 1 / rates[offset[2]]
        return round(Fraction(offset[1]) * unit * 1000)
    if short := _SECONDS.match(said):  # no TTML, but what Apple's lyrics and transcripts say: 1:05.25, 5.25
        return round(
            (int(short[1] or 0) * 3600 + int(short[2] or 0) * 60 + Fraction(short[3] or short[4])) * 1000
        )
    return None
