"""Whether what was made is what was wanted, asked of the files themselves before anybody gets them."""

from pathlib import Path
from typing import BinaryIO

from core.work import Permanent
from media_pipeline import ffmpeg
from media_pipeline.audio.aiming import Aim
from media_pipeline.audio.formats import MP3, Format
from media_pipeline.audio.labels import Label
from media_pipeline.audio.measuring import Output, Source
from media_pipeline.probing import Probe, probe

LONGER = 0.1  # seconds that an output may differ from its source
_VARIES = 1.3  # the rate of AAC is an aim
_HEADERS = 30_000  # bytes; what a container needs in the shortest file
_MPEG_RATES = {0: 44_100, 1: 48_000, 2: 32_000}
_MPEG1_LAYER3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s, ISO 11172-3
_CHUNK = 2**20


class Unverified(Permanent):
    """An output is not as it should be; the message says what. It is not published."""


def check(path: Path, format: Format, output: Output, seconds: float, bitrate: int) -> None:
    """Length and bit rate of a file without tags. Raises Unverified."""
    same_length(format, output.duration, seconds)
    size, most = path.stat().st_size, bitrate / 8 * _VARIES * (seconds + 0.1) + _HEADERS
    if not 0 < size < most:
        raise Unverified(f"The {format.name.upper()} has {size:,} bytes, which does not fit its length.")
    if format is MP3 and not constant(path, bitrate):
        raise Unverified("The MP3 has no constant bit rate.")
    if format is not MP3 and not begins_with_its_index(path):
        raise Unverified("The M4A cannot be played while it loads: its index is not at its beginning.")


def whole(source: Source, probe: Probe) -> None:
    """Whether about all of what the file promises could be decoded. Raises Permanent.

    The sound of a video may be shorter than its picture.
    """
    if probe.kind == "audio" and source.duration < probe.duration * 0.98 - 1:
        raise Permanent(
            f"Only {source.duration:.0f} of {probe.duration:.0f} seconds can be decoded: the file is damaged. "
            "Export it again."
        )
    if not source.duration:
        raise Permanent("The file's sound is empty.")


def same_length(format: Format, found: float, wanted: float) -> None:
    if abs(found - wanted) > LONGER:
        raise Unverified(f"The {format.name.upper()} lasts {found:.2f} s, and the recording {wanted:.2f} s.")


def level_missed(format: Format, output: Output, aim: Aim) -> Unverified:
    return Unverified(
        f"The {format.name.upper()} came out at {output.loudness} LUFS with peaks of {output.true_peak} dBTP; "
        f"wanted were {aim.loudness} LUFS and at most {aim.true_peak} dBTP."
    )


def constant(path: Path, bitrate: int) -> bool:
    """Whether an MP3 consists of frames of this bit rate (bit/s), and of nothing else but tags in front."""
    with path.open("rb") as file:
        file.seek(_after_id3(file))
        rest = b""
        while chunk := file.read(_CHUNK):
            rest += chunk
            at = 0
            while len(rest) - at >= 4:
                length = _frame(rest[at : at + 4], bitrate)
                if not length:
                    return False
                if len(rest) - at < length:
                    break
                at += length
            rest = rest[at:]
    return not rest


def begins_with_its_index(path: Path) -> bool:
    """Whether `moov` stands before `mdat` (ISO 14496-12): a player needs it first."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = int.from_bytes(head[:4]), head[4:]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            if size < 8:
                return False
            file.seek(size - 8, 1)
    return False


def _frame(header: bytes, bitrate: int) -> int:
    """Bytes of a frame of MPEG-1 layer III with this bit rate; 0 if it is anything else."""
    if header[0] != 0xFF or header[1] & 0xFE != 0xFA or 1000 * _kilobits(header[2] >> 4) != bitrate:
        return 0
    rate = _MPEG_RATES.get(header[2] >> 2 & 3)
    return 144 * bitrate // rate + (header[2] >> 1 & 1) if rate else 0


def _kilobits(number: int) -> int:
    return _MPEG1_LAYER3[number] if number < len(_MPEG1_LAYER3) else 0


def _after_id3(file: BinaryIO) -> int:
    """id3.org: ID3v2.4 structure, 3.1"""
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def check_tagged(path: Path, bare: Path, format: Format, label: Label, seconds: float, cover: bool) -> None:
    """That a tagged file has the very sound of the bare one, and says what it should. Raises Unverified."""
    name = format.name.upper()
    if len(set(_sounds(path, bare, format))) != 1:
        raise Unverified(f"The sound of the {name} changed while it was tagged.")
    if format is not MP3 and not begins_with_its_index(path):
        raise Unverified("The M4A cannot be played while it loads: its index is not at its beginning.")
    found = probe(path)
    same_length(format, found.duration, seconds)
    if not found.audio or found.audio[0].codec != format.codec or (found.cover is not None) != cover:
        raise Unverified(
            f"The {name} does not hold what it should: one sound, and its cover if there is one."
        )
    _check_words(name, found, label)
    _check_chapters(name, found, label)


def _sounds(path: Path, bare: Path, format: Format) -> list[str]:
    """A digest of the packets of each."""
    inputs = [*ffmpeg.source(path, format.demuxer), *ffmpeg.source(bare, format.demuxer)]
    hashed = ["-map", "0:a", "-map", "1:a", "-c", "copy", "-f", "streamhash", "-hash", "md5", "pipe:1"]
    lines = ffmpeg.run([*inputs, *hashed], capture=4096).output.decode().split()
    if len(lines) != 2:
        return []
    return [line.rpartition("=")[2] for line in lines]


def _check_words(name: str, found: Probe, label: Label) -> None:
    tags = found.tags
    pairs = [
        ("title", tags.title, label.title),
        ("artist", tags.artist, label.artist),
        ("album", tags.album, label.album),
        ("date", tags.date, label.date),
    ]
    for what, is_, wanted in pairs:
        if " ".join(is_.split()) != wanted:
            raise Unverified(f"The {what} in the {name} is “{is_}” and not “{wanted}”.")


def _check_chapters(name: str, found: Probe, label: Label) -> None:
    """In an M4A the first begins at 0 whatever it says: a track of texts has no gap in front."""
    wanted = [(mark.start, mark.title) for mark in label.chapters]
    read = [(chapter.start, chapter.title) for chapter in found.chapters]
    if [title for _, title in read] != [title for _, title in wanted]:
        raise Unverified(
            f"The {name} has {len(read)} chapters that are not the {len(wanted)} it should have."
        )
    for (is_, title), (start, _) in list(zip(read, wanted, strict=True))[1:]:
        if abs(is_ - start) > LONGER:
            raise Unverified(
                f"The chapter “{title}” of the {name} begins at {is_:.2f} s and not at {start:.2f} s."
            )
