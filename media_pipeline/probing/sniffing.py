"""Which container a file is, by its first bytes and a closed list.

libavformat would recognise two hundred formats more, among them lists of addresses that it then opens.
"""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from media_pipeline.probing import mpeg_audio
from media_pipeline.probing.refusals import Refused

_WINDOW = 128 * 1024
_W64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (rb"OggS\0", "ogg"),
    (rb"fLaC", "flac"),
    (rb"(RIFF|RIFX|RF64|BW64)....WAVE", "wav"),
    (rb"RIFF....AVI[ X\x19]", "avi"),
    (rb"FORM....AIF[FC]", "aiff"),
    (rb"caff\0\x01", "caf"),
    (rb"#!AMR(-WB)?\n", "amr"),
    (rb"FLV\x01", "flv"),
    (rb"\0\0\x01\xba", "mpeg"),
    (re.escape(_W64), "w64"),
    (re.escape(_ASF), "asf"),
    (rb"\x1aE\xdf\xa3.{0,256}\x42\x82.{1,8}?(matroska|webm)", "matroska"),
    (rb"....(ftyp|moov|mdat|free|skip|wide|pnot|styp|moof|sidx)", "mov"),
)
_STILL_BRANDS = rb"....ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1|avi[fs]|crx )"
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (
        rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|BM.{4}\0{4}|II\*\0|MM\0\*|" + _STILL_BRANDS,
        "This is a picture, and neither sound nor video.",
    ),
    (
        rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ",
        "This is an archive or a document. Unpack it and bring the media in it.",
    ),
    (rb"%PDF", "This is a PDF, and neither sound nor video."),
    (rb"MThd", "This is a MIDI file: it holds notes and no sound. Export it as sound."),
)
# Nothing is given back once it has matched: a thousand comments can be divided in more ways than there is time
_PROLOGUE = r"(?>(?:<\?xml[^>]*>|(?><!--.*?-->)|\s)*)"
_LISTS = re.compile(
    r"#EXTM3U|ffconcat |\[playlist\]|v=0\s+o=|"
    + _PROLOGUE
    + r"<(\w+:)?(MPD|SmoothStreamingMedia|asx|smil|playlist)\b",
    re.IGNORECASE | re.DOTALL,
)
_CAPTIONS = re.compile(r"WEBVTT|\d+\s+\d\d:\d\d:\d\d[,.]\d{3} -->|\[Script Info\]")
_PAGE = re.compile(_PROLOGUE + r"<(!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def recognise(path: Path) -> str:
    """The name of the libavformat demuxer to force, one of about fifteen. Raises Refused."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Refused("not-media")
    if not found.st_size:
        raise Refused("empty")
    with path.open("rb") as file:
        start = file.read(_WINDOW)
        format = _known(start) or _sound(file, start)
    if format is None:
        raise _explained(start)
    return format


def counts_frames(path: Path) -> bool:
    """Whether an MP3 begins with a frame that says how many there are (Xing, Info, VBRI)."""
    with path.open("rb") as file:
        file.seek(max(_after_tags(file), default=0))
        return bool(re.search(rb"\xff[\xe0-\xff].{2,190}(Xing|Info|VBRI)", file.read(8192), re.DOTALL))


def _known(start: bytes) -> str | None:
    if re.match(_STILL_BRANDS, start, re.DOTALL):
        return None
    if format := next((name for magic, name in _MAGIC if re.match(magic, start, re.DOTALL)), None):
        return format
    return "mpegts" if _is_transport_stream(start) else None


def _is_transport_stream(start: bytes) -> bool:
    return any(
        len(start) > offset + 4 * step and all(start[offset + step * packet] == 0x47 for packet in range(5))
        for offset, step in ((0, 188), (4, 192), (0, 204))
    )


def _sound(file: BinaryIO, start: bytes) -> str | None:
    """Frames of MP3 or AAC, at once, behind ID3 tags or behind some junk."""
    if any(re.match(magic, start, re.DOTALL) for magic, _ in _OTHERS):
        return None
    begin = max(_after_tags(file), default=0)
    file.seek(begin)
    window = file.read(_WINDOW)
    if begin and window.startswith(b"fLaC"):
        return "flac"
    return mpeg_audio.find(window, sure=bool(begin))


def _after_tags(file: BinaryIO) -> Iterator[int]:
    """Where each ID3v2 tag at the start ends (id3.org: ID3v2.4 structure, 3.1); a few programs write several."""
    begin = 0
    for _ in range(8):
        file.seek(begin)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:10]):
            return
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        begin += 10 + size + (10 if head[5] & 0x10 else 0)
        yield begin


def _explained(start: bytes) -> Refused:
    for magic, sentence in _OTHERS:
        if re.match(magic, start, re.DOTALL):
            return Refused("not-media", sentence)
    text = _text(start[:4096])
    if text is None:
        return Refused("not-media")
    if _LISTS.match(text):
        return Refused("playlist")
    if _CAPTIONS.match(text):
        return Refused("captions")
    if _PAGE.match(text):
        return Refused(
            "not-media", "This is a web page. Perhaps a download gave an error instead of the file."
        )
    return Refused("not-media", "This is a text, and neither sound nor video.")


def _text(start: bytes) -> str | None:
    for encoding in ("utf-8-sig", "utf-16") if start[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        text = start.decode(encoding, errors="ignore").strip()
        if (
            text
            and sum(each.isprintable() or each.isspace() for each in text) > 0.98 * len(text)
            and "\0" not in text
        ):
            return text
    return None
