"""Files for the tests of the probe: small real ones, made by ffmpeg, and hostile ones, made by hand."""

import struct
from pathlib import Path

from media_pipeline import ffmpeg

PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=3")
SOUND = ("-f", "lavfi", "-i", "sine=440:sample_rate=16000:d=3")
FILM = (*PICTURE, *SOUND, "-c:v", "mpeg4", "-c:a", "aac", "-b:a", "32k")
RECIPES: dict[str, tuple[str, ...]] = {
    "film.mp4": FILM,
    "faststart.mp4": (*FILM, "-movflags", "+faststart"),
    "fragmented.mp4": (*FILM, "-movflags", "frag_keyframe+empty_moov"),
    "film.mkv": FILM,
    "recorded.webm": (
        *PICTURE,
        *SOUND,
        "-c:v",
        "libvpx",
        "-cpu-used",
        "8",
        "-deadline",
        "realtime",
        "-live",
        "1",
    ),
    "film.avi": FILM,
    "film.ts": (*PICTURE, *SOUND, "-c:v", "mpeg2video"),
    "film.mpg": (*PICTURE, *SOUND, "-c:v", "mpeg2video"),
    "film.flv": (*PICTURE, *SOUND, "-c:v", "flv1", "-ar", "22050"),
    "film.wmv": (*PICTURE, *SOUND, "-c:v", "wmv2"),
    "sound.mp3": SOUND,
    "headless.mp3": (*SOUND, "-write_xing", "0", "-id3v2_version", "0"),
    "sound.m4a": SOUND,
    "sound.aac": SOUND,
    "sound.wav": SOUND,
    "sound.w64": SOUND,
    "rf64.wav": (*SOUND, "-rf64", "always"),
    "sound.flac": SOUND,
    "sound.ogg": (*SOUND, "-c:a", "libvorbis"),
    "sound.opus": SOUND,
    "sound.aiff": SOUND,
    "sound.caf": SOUND,
}


def made(name: str, folder: Path) -> Path:
    """One of RECIPES, three seconds long."""
    path = folder / name
    if not path.exists():
        ffmpeg.run([*RECIPES[name], ffmpeg.target(path)])
    return path


def encode(path: Path, *arguments: str) -> Path:
    ffmpeg.run([*arguments, ffmpeg.target(path)])
    return path


def id3(*frames: bytes) -> bytes:
    """An ID3v2.4 tag."""
    body = b"".join(frames)
    return id3_head(len(body)) + body


def id3_head(size: int) -> bytes:
    return b"ID3\x04\0\0" + _synchsafe(size)


def id3_frame(name: bytes, content: bytes) -> bytes:
    return id3_frame_head(name, len(content)) + content


def id3_frame_head(name: bytes, size: int) -> bytes:
    return name + _synchsafe(size) + b"\0\0"


def id3_text(name: bytes, text: str, encoding: int = 3) -> bytes:
    return id3_frame(
        name, bytes([encoding]) + text.encode(("latin-1", "utf-16", "utf-16-be", "utf-8")[encoding])
    )


def id3_chapter(number: int, title: str = "") -> bytes:
    times = struct.pack(">IIII", number, number + 1, 0xFFFFFFFF, 0xFFFFFFFF)
    return id3_frame(b"CHAP", b"%d\0" % number + times + (id3_text(b"TIT2", title) if title else b""))


def _synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def ebml(element: str, content: bytes) -> bytes:
    """An element of Matroska with a size of eight bytes."""
    return bytes.fromhex(element) + (1 << 56 | len(content)).to_bytes(8) + content


def matroska_chapters(count: int) -> bytes:
    """A Matroska file of nothing but chapters."""
    atoms = b"".join(
        ebml("B6", ebml("73C4", number.to_bytes(4)) + ebml("91", (number * 10**6).to_bytes(8)))
        for number in range(1, count + 1)
    )
    head = ebml("1A45DFA3", ebml("4282", b"matroska"))
    return head + ebml("18538067", ebml("1043A770", ebml("45B9", atoms)))
