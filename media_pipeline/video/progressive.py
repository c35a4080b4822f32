"""The one MP4 for old phones and for keeping: a rung and the sound, put together without encoding anything."""

from collections.abc import Sequence
from dataclasses import replace

from media_pipeline import ffmpeg
from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.encoding.steps import Bench, Made
from media_pipeline.models import Rendition
from media_pipeline.video import argv, verifying
from media_pipeline.video.geometry import Ladder
from media_pipeline.video.limits import limits


def make(bench: Bench, ladder: Ladder, profile: VideoProfile) -> Sequence[Made]:
    output, duration = ladder.progressive, bench.probe.duration
    [rung] = [
        kept for kept in bench.made("rungs") if (kept.role, kept.name) == (Rendition.Role.VIDEO, output.name)
    ]
    sound = [kept for kept in bench.made("sound") if kept.role == Rendition.Role.AUDIO]
    path = bench.folder / "film.mp4"
    ffmpeg.run(argv.whole([bench.file(kept) for kept in (rung, *sound)], path), limits=limits(bench.probe))
    output, foreign = replace(output, profile=rung.facts["profile"]), rung.facts["copied"]
    verifying.progressive(path, output, bool(sound), duration, profile.progressive_most, foreign=foreign)
    facts = {
        "codecs": ",".join(kept.facts["codecs"] for kept in (rung, *sound)),
        "bitrate": round(path.stat().st_size * 8 / duration),
    }
    return [
        Made(
            Rendition.Role.PROGRESSIVE, "mp4", path, "video/mp4", output.width, output.height, duration, facts
        )
    ]
