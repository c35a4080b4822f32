"""How feeds spell dates, durations, numbers and yes; None for what nobody can understand."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from html import unescape

from core.markdown import MarkdownTooComplex, inline_text, render_inline
from core.markdown.page import Page
from core.markdown.plain import plain_text
from core.markdown.sanitise import clean
from episodes.chapters import seconds_of

YEARS = range(1900, 9999)
_YES = frozenset({"yes", "true", "explicit", "1"})
_NO = frozenset({"no", "false", "clean", "0", "not explicit", "notexplicit"})
# Names that RFC 2822 does not know, as hours from UTC
_ZONES = {
    "CET": 1, "MEZ": 1, "BST": 1, "WEST": 1, "IST": 5.5, "CEST": 2, "MESZ": 2, "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3,
    "WET": 0, "AKST": -9, "AKDT": -8, "HST": -10, "JST": 9, "KST": 9, "AWST": 8, "AEST": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13, "ET": -5, "CT": -6, "MT": -7, "PT": -8, "BRT": -3, "ART": -3,
}  # fmt: skip
_ZONE = re.compile(r"\s*\(?([A-Z]{2,4})\)?\Z")
_DAY = re.compile(r"\A\s*[^\W\d_]{2,12}\.?,?\s+(?=\d)")
_MONTHS = re.compile(
    r"\b(january|february|march|april|june|july|august|september|sept|october|november|december)\b", re.I
)
_SPELLED = (
    "%d %b %Y %H:%M:%S",
    "%d %b %Y",
    "%b %d, %Y",
    "%b %d %Y %H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y",
)
_WORDS = re.compile(
    r"P?T?(?:(\d{1,3})\s*h\w*)?[\s,]*(?:(\d{1,4})\s*m\w*)?[\s,]*(?:(\d{1,6})\s*s\w*)?",
    re.IGNORECASE | re.ASCII,
)
_MARKUP = re.compile(
    r"</?(?:a|b|big|br|em|font|i|p|small|span|strong|sub|sup|u)\b[^<>]{0,500}>", re.IGNORECASE
)
_HTML = re.compile(r"</?[a-z][^<>]{0,1000}>|&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31});", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_\[\]<>~!&])")
LONGEST_SECONDS = 360_000  # a hundred hours


def moment(written: str) -> datetime | None:
    """In UTC; without a zone it is taken for UTC."""
    found = _moment(" ".join(written.split())[:100])
    if found is None:
        return None
    try:
        aware = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return aware.replace(microsecond=0) if aware.year in YEARS else None


def _moment(written: str) -> datetime | None:
    plain = _MONTHS.sub(lambda month: month[0][:3], _DAY.sub("", written))
    zone = _ZONE.search(plain)
    hours = _ZONES.get(zone[1]) if zone else None
    if hours is not None and zone:
        plain = plain[: zone.start()]
    for reader in (datetime.fromisoformat, parsedate_to_datetime, _spelled):
        try:
            found = reader(plain)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if found and hours is not None and found.tzinfo is None:
            return found.replace(tzinfo=UTC) - timedelta(hours=hours)
        if found:
            return found
    return None


def _spelled(written: str) -> datetime | None:
    for form in _SPELLED:
        try:
            return datetime.strptime(written, form)
        except ValueError:
            continue
    return None


def seconds(written: str) -> float | None:
    """Of 1:01:24, 61:24, 3684, 3684.5, PT1H1M24S or “61 min”."""
    written = written.strip()
    told = seconds_of(written)
    if told is None and (worded := _WORDS.fullmatch(written)) and any(worded.groups()):
        hours, minutes, whole = (int(part or 0) for part in worded.groups())
        told = 3600 * hours + 60 * minutes + whole
    return told if told is not None and told < LONGEST_SECONDS else None


def yes(written: str) -> bool | None:
    low = written.strip().lower()
    return True if low in _YES else False if low in _NO else None


def whole(written: str) -> int | None:
    written = written.strip().lstrip("#")
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 12 else None


def decimal(written: str) -> Decimal | None:
    """A number of an episode: 12, 12.5; not negative, below a million, with at most two places."""
    written = written.strip().lstrip("#")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2}0*)?", written):
        return None
    try:
        return Decimal(written).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def plain(text: str) -> str:
    """Words for a name or title: the few tags that mean how they look are dropped, anything else stays as it is."""
    return one_line(unescape(_MARKUP.sub(" ", text)))


def title(text: str, most: int) -> str:
    """A title as our Markdown has it, so that it reads like the feed's: in “C++ & *args” nothing is emphasised.

    It is cut if the backslashes that this takes make it too long.
    """
    words = plain(text)
    while (over := len(inline(words)) - most) > 0:
        words = f"{words[: -over - 1].rstrip()}…"
    return inline(words)


def inline(words: str) -> str:
    """Words as a line of Markdown that reads like them."""
    try:
        as_markup = "<" in render_inline(words)
    except MarkdownTooComplex:
        return words
    changed = inline_text(words).translate(_STRAIGHT) != words.translate(_STRAIGHT)
    return _SPECIAL.sub(r"\\\1", words) if as_markup or changed else words


_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "–": "-", "—": "-"})


def paragraphs(text: str) -> str:
    """Plain text of several lines: what a description is, without HTML."""
    lines = (" ".join(line.split()) for line in text.replace("\0", "").splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def is_html(text: str) -> bool:
    return bool(_HTML.search(text))


def without_markup(text: str) -> str:
    """The words of what may be HTML and may be none."""
    return plain_text(clean(text, Page())) if is_html(text) else text


def words(html: str) -> str:
    """The words of HTML that is too long or too involved to be taken apart."""
    return unescape(re.sub(r"<[^<>]{0,2000}>", " ", html))
