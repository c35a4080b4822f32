"""A film and a talk that no browser reads whole at once, as live sets: real files in the bucket, eight regions in front of it."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import imageio_ffmpeg
from django.conf import settings
from django.utils import timezone

from media_pipeline.models import Encoding, MediaAsset, Recording, Region, Rendition, RenditionSet
from media_pipeline.regions.seeding import eight
from tests import factories
from tests.harness.lines import Line

SECONDS, TALK_SECONDS = 60, 600
OWNER = "film:1"
_HLS_TYPE = "application/x-mpegurl"
_NOISE = ["-f", "lavfi", "-i", "anoisesrc=d=4:a=0.1:r=48000"]
_MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="{sound}"
#EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=320x180,CODECS="avc1.42c01f,mp4a.40.2",AUDIO="sound"
{picture}
"""


def make_film(folder: Path) -> None:
    """A minute of noise at 4 Mbit/s: MP4, and HLS with byte ranges."""
    picture = ["-f", "lavfi", "-i", "nullsrc=s=320x180:r=25:d=4,geq=random(1)*255:128:128"]
    rate = ["-b:v", "4M", "-maxrate", "4M", "-bufsize", "4M", "-g", "50", "-pix_fmt", "yuv420p"]
    video = ["-c:v", "libx264", "-preset", "ultrafast", *rate]
    again = ["-stream_loop", f"{SECONDS // 4 - 1}", "-i", "piece.mp4", "-c", "copy"]
    hls = ["-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    hls += ["-hls_flags", "single_file"]
    _ffmpeg(folder, *picture, *_NOISE, *video, "-c:a", "aac", "piece.mp4")
    _ffmpeg(folder, *again, "-movflags", "+faststart", "whole.mp4")
    _ffmpeg(folder, *again, "-map", "0:v", *hls, "-hls_segment_filename", "picture.mp4", "picture.m3u8")
    _ffmpeg(folder, *again, "-map", "0:a", *hls, "-hls_segment_filename", "sound.mp4", "sound.m3u8")


def make_talk(folder: Path) -> None:
    """Ten minutes of noise as an MP3 of 24 MB."""
    _ffmpeg(folder, *_NOISE, "-c:a", "libmp3lame", "-b:a", "320k", "piece.mp3")
    _ffmpeg(folder, "-stream_loop", f"{TALK_SECONDS // 4 - 1}", "-i", "piece.mp3", "-c", "copy", "talk.mp3")


def film(folder: Path) -> Encoding:
    made = _set("f" * 64, MediaAsset.Kind.VIDEO, SECONDS)
    names = {}
    for role, name in ((Rendition.Role.VIDEO, "picture"), (Rendition.Role.AUDIO, "sound")):
        media = _file(made, role, name, "mp4", (folder / f"{name}.mp4").read_bytes(), "video/mp4")
        text = (folder / f"{name}.m3u8").read_text().replace(f"{name}.mp4", _name(media))
        names[name] = _name(_file(made, Rendition.Role.PLAYLIST, name, "m3u8", text.encode(), _HLS_TYPE))
    _file(made, Rendition.Role.MASTER, "m", "m3u8", _MASTER.format(**names).encode(), _HLS_TYPE)
    whole = (folder / "whole.mp4").read_bytes()
    _file(made, Rendition.Role.PROGRESSIVE, "360p", "mp4", whole, "video/mp4")
    return made.live_for.select_related("live__asset").get()


def talk(folder: Path) -> Encoding:
    made = _set("e" * 64, MediaAsset.Kind.AUDIO, TALK_SECONDS)
    _file(made, Rendition.Role.DOWNLOAD, "mp3", "mp3", (folder / "talk.mp3").read_bytes(), "audio/mpeg")
    _file(made, Rendition.Role.WAVEFORM, "peaks", "json", b'{"peaks": [1, 2, 3]}', "application/json")
    return made.live_for.select_related("live__asset").get()


@contextmanager
def eight_regions() -> Iterator[dict[str, Line]]:
    """The default ones, each by a line of its own, all to the origin's bucket: slug -> line."""
    with ExitStack() as lines:
        found = {}
        for one in eight():
            line = lines.enter_context(Line(settings.S3_ENDPOINT_URL))
            slug = one["bucket"].removeprefix(f"{settings.S3_BUCKET}-")
            found[slug] = line
            Region.objects.create(**one | {"slug": slug, "endpoint": line.url, "bucket": settings.S3_BUCKET})
        yield found


def hold_everywhere(encoding: Encoding) -> None:
    assert encoding.live
    factories.held(encoding.live, *Region.objects.all())


def _set(sha256: str, kind: str, seconds: int) -> RenditionSet:
    asset = Recording.objects.create(
        kind=kind,
        sha256=sha256,
        key=f"originals/{sha256}",
        content_type=f"{kind}/mp4",
        bytes=1000,
        name="A film",
        duration=seconds,
        width=320,
        height=180,
    )
    made = RenditionSet.objects.create(asset=asset, profile="film", recipe=sha256, ready_at=timezone.now())
    Encoding.objects.create(asset=asset, profile="film", owner=OWNER, wanted=made, live=made)
    return made


_file = factories.stored_file


def _name(file: Rendition) -> str:
    return file.key.rpartition("/")[2]


def _ffmpeg(folder: Path, *arguments: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, cwd=folder, check=True)
