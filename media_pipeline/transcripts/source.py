"""A file's bytes as lines of text, within limits."""

import re
from dataclasses import dataclass

from media_pipeline.transcripts.cues import Malformed, Notices

MAX_BYTES = 5_000_000  # two hours are 0.2 MB; ten hours with a cue a word are 4 MB
MAX_LINES = 300_000

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_RETURN = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Source:
    """`lines` end at LF, CR LF or CR alone and are numbered from 1 in every message."""

    lines: list[str]
    name: str
    duration: int | None
    notices: Notices

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def opened(data: bytes | str, *, name: str = "", duration: int | None = None) -> Source:
    """Raises Malformed when it is too long, empty or no text."""
    if len(data) > MAX_BYTES:
        raise Malformed(1, f"The file is too long: at most {MAX_BYTES // 1_000_000} MB can be read.")
    notices = Notices()
    text = _decoded(data, notices) if isinstance(data, bytes) else data
    text = _RETURN.sub("\n", text.removeprefix("\ufeff"))
    if text.count("\n") >= MAX_LINES:
        raise Malformed(MAX_LINES, f"The file has more than {MAX_LINES:,} lines.")
    if not text.strip():
        raise Malformed(1, "The file is empty.")
    return Source(text.split("\n"), name, duration, notices)


def _decoded(data: bytes, notices: Notices) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(encoding, "replace")
    if encoding := _utf_16_without_a_mark(data):
        return data.decode(encoding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return _damaged(data, line, notices)


def _utf_16_without_a_mark(data: bytes) -> str:
    sample = data[:1000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _damaged(data: bytes, line: int, notices: Notices) -> str:
    """UTF-8 with a few broken bytes stays UTF-8; without a single good letter beyond ASCII it was Windows' own."""
    text = data.decode(errors="replace")
    broken = text.count("\ufffd")
    if sum(1 for letter in text if letter > "\x7f") > 2 * broken:
        notices.add(line, "Some letters are broken: this is not UTF-8 throughout.")
        return text
    notices.add(line, "This is not UTF-8; it was read as Windows-1252 (Latin-1).")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")
