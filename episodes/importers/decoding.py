"""Which letters the bytes of a feed are: told by a mark, by the answer's header, by the document, or found out."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FIRST = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# What browsers take them for (https://encoding.spec.whatwg.org/#names-and-labels)
_LARGER = {"ascii": "utf-8", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "tis-620": "cp874"}
_NO_ENCODINGS = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf-7"})
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_IN_HEADER = re.compile(r"""charset\s*[=:]\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_SAMPLE = 200_000  # bytes that are enough to find an encoding out
_TOO_FEW = 8  # bytes beyond ASCII from which nobody can tell


def decoded(data: bytes, content_type: str = "") -> tuple[str, str, list[str]]:
    """The text, the name of its encoding, and a sentence for each thing that was wrong with it. Raises nothing."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(encoding, "replace"), encoding, []
    told: list[str] = []
    for encoding in _candidates(data, content_type, told):
        try:
            return data.decode(encoding), encoding, told
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            told.append(f"Line {line} is not {encoding}.")
    return _found_out(data, told)


def _candidates(data: bytes, content_type: str, told: list[str]) -> Iterator[str]:
    in_header, declared = _IN_HEADER.search(content_type), _DECLARED.search(data[:2000])
    first = next(
        (encoding for start, encoding in _FIRST if data[:200].lstrip(b" \r\n\t").startswith(start)), ""
    )
    names = [in_header[1] if in_header else "", first, declared[1].decode() if declared else ""]
    seen = set()
    for name in filter(None, names):
        known = _known(name)
        if known is None:
            told.append(f"There is no encoding “{name}”.")
        elif known not in seen:
            seen.add(known)
            yield known
    if "utf-8" not in seen:
        yield "utf-8"


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    usable = found._is_text_encoding and found.name not in _NO_ENCODINGS
    return _LARGER.get(found.name, found.name) if usable else None


def _found_out(data: bytes, told: list[str]) -> tuple[str, str, list[str]]:
    """UTF-8 with a few broken letters stays what it is; else the likeliest, else what Windows writes."""
    text = data.decode(errors="replace")
    broken = text.count("\ufffd")
    if sum(1 for letter in text if letter > "\x7f" and letter != "\ufffd") >= 2 * broken:
        return text, "utf-8", [*told, "Some letters are broken and were replaced."]
    best = from_bytes(data[:_SAMPLE]).best() if sum(byte > 127 for byte in data) > _TOO_FEW else None
    for encoding in (best.encoding if best else "cp1252", "cp1252", "latin-1"):
        try:
            return data.decode(encoding), encoding, [*told, f"It was read as {encoding}."]
        except (UnicodeDecodeError, LookupError):
            continue
    raise AssertionError("latin-1 reads anything")


def windows_letters(text: str) -> str:
    """Control characters that are letters of Windows: what browsers make of &#146; (HTML Standard, 13.2.5.80)."""
    text = _REFERENCE.sub(lambda found: chr(int(found[1]) if found[1] else int(found[2], 16)), text)
    return text.translate(_WINDOWS) if _CONTROL.search(text) else text


_REFERENCE = re.compile(r"&#(?:0*(12[89]|1[345][0-9])|[xX]0*([89][0-9a-fA-F]));")
_CONTROL = re.compile("[\x80-\x9f]")
_WINDOWS = {
    code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", "") for code in range(0x80, 0xA0)
}
