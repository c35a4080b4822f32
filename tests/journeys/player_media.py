"""A few seconds of video and sound, made here, and put where browsers can read them."""

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
from django.core.files.storage import default_storage

from media_pipeline import storage
from media_pipeline.playing import HLS, Chapter, Next, Playable, Source, Track

SECONDS = 20
_VIDEO = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-pix_fmt",
    "yuv420p",
    "-b:v",
    "150k",
    "-g",
    "50",
    "-keyint_min",
    "50",
]
_HLS = [
    "-f",
    "hls",
    "-hls_time",
    "4",
    "-hls_playlist_type",
    "vod",
    "-hls_segment_type",
    "fmp4",
    "-hls_flags",
    "single_file",
]
_TYPES = {
    ".m3u8": HLS,
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
    ".json": "application/json",
}
_MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=320x180,CODECS="avc1.42c00d,mp4a.40.2",AUDIO="sound"
picture.m3u8
"""
_CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:20.000\nThe words that are said\n"
CHAPTERS = (
    Chapter(0, "Where it begins"),
    Chapter(5, "A long way round the harbour, told slowly"),
    Chapter(12, "What nobody asked", url="https://example.org/asked"),
)


def make(folder: Path) -> None:
    """HLS (one file of picture, one of sound, byte ranges), once whole and once with its end missing; MP4, M4A, poster, sprite."""
    picture = ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={SECONDS}"]
    sound = ["-f", "lavfi", "-i", f"sine=440:d={SECONDS}:r=48000"]
    _ffmpeg(
        folder,
        *picture,
        *sound,
        *["-map", "0:v", *_VIDEO, *_HLS, "-hls_segment_filename", "picture.mp4", "picture.m3u8"],
        *["-map", "1:a", "-c:a", "aac", *_HLS, "-hls_segment_filename", "sound.mp4", "sound.m3u8"],
        *["-map", "0:v", "-map", "1:a", *_VIDEO, "-c:a", "aac", "-movflags", "+faststart", "whole.mp4"],
        *["-map", "1:a", "-c:a", "aac", "-movflags", "+faststart", "whole.m4a"],
        *["-map", "0:v", "-frames:v", "1", "poster.jpg"],
        *["-map", "0:v", "-vf", "fps=1/5,scale=160:90,tile=2x2", "-frames:v", "1", "sprite.jpg"],
    )
    (folder / "master.m3u8").write_text(_MASTER)
    (folder / "broken.m3u8").write_text(_MASTER.replace("picture.m3u8", "holes.m3u8"))
    whole, hole = (folder / "picture.m3u8").read_text().rsplit("picture.mp4", 1)
    (folder / "holes.m3u8").write_text(f"{whole}gone.mp4{hole}")
    (folder / "captions.vtt").write_text(_CAPTIONS)
    (folder / "storyboard.vtt").write_text(_storyboard())
    (folder / "peaks.json").write_text(json.dumps({"peaks": [(37 * n * n) % 101 for n in range(400)]}))


def publish(folder: Path) -> str:
    """Put all of it into the bucket, where everybody may read it; the address of the folder there."""
    for file in folder.iterdir():
        storage.put(f"images/player/{file.name}", file.read_bytes(), _TYPES[file.suffix])
    return default_storage.url("images/player/")


def video(base: str, **changes: object) -> Playable:
    words = {
        "title": "The harbour at night",
        "kind": "video",
        "sources": (Source(f"{base}master.m3u8", HLS), Source(f"{base}whole.mp4", "video/mp4")),
        "duration": float(SECONDS),
        "key": "harbour",
        "poster": f"{base}poster.jpg",
        "width": 320,
        "height": 180,
        "tracks": (Track(f"{base}captions.vtt", "en", "English"),),
        "chapters": CHAPTERS,
        "storyboard": f"{base}storyboard.vtt",
        "next": Next("The lighthouse", "/player/sound/"),
        "artist": "Masthead",
    }
    return Playable(**words | changes)  # type: ignore[arg-type]


def sound(base: str, **changes: object) -> Playable:
    sources = (Source(f"{base}whole.m4a", "audio/mp4"),)
    words = {
        "kind": "audio",
        "sources": sources,
        "key": "sound",
        "storyboard": "",
        "poster": "",
        "tracks": (),
    }
    pictures = {"waveform": f"{base}peaks.json", "artwork": f"{base}poster.jpg"}
    return video(base, **words | pictures | changes)


def _storyboard() -> str:
    cues = [
        f"00:{5 * n:02}.000 --> 00:{5 * n + 5:02}.000\nsprite.jpg#xywh={160 * (n % 2)},{90 * (n // 2)},160,90\n"
        for n in range(4)
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


def _ffmpeg(folder: Path, *arguments: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, cwd=folder, check=True)
