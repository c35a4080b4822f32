"""What a film becomes, and in which order. The rungs know nothing of the sound or the captions: those may change alone."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from media_pipeline.encoding.plans import planner
from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.encoding.steps import Step
from media_pipeline.models import MediaAsset
from media_pipeline.probing import Probe
from media_pipeline.video import packaging, progressive, rungs, sound, subtitles
from media_pipeline.video.geometry import Ladder, ladder

_SOUND = ("audio", "loudness", "true_peak", "segment")
_RUNGS = (
    "rungs",
    "preset",
    "crf",
    "segment",
    "copy",
    "most_fps",
    "small_fps",
    "progressive",
    "progressive_most",
    "audio",
)
_STILLS = ("thumbnail_every", "thumbnail_width")
_MIB = 1024**2


@planner(VideoProfile)
def plan(asset: MediaAsset, profile: VideoProfile, tags: dict[str, Any]) -> Sequence[Step]:
    """Sound and rungs first, then what is put together of them, then what names them, and the master last."""
    probe = Probe.from_json(asset.probe)
    if probe.video is None:
        raise ValueError(f"asset {asset.pk} is a video without a picture")
    made = ladder(probe.video, profile)
    settings = asdict(profile)
    captions = [[each.language, each.digest] for each in subtitles.spoken(asset)]
    chapters = [[cue.start, cue.end, cue.text] for cue in subtitles.chapters(probe, tags)]
    heard = ("sound",) if probe.audio else ()
    steps = [
        Step(
            "rungs",
            {name: settings[name] for name in (*_RUNGS, *_STILLS)},
            partial(rungs.make, ladder=made, profile=profile),
            weight=_seconds(probe, made),
            space=_room(probe, sum(output.most for output in made.outputs)),
        ),
        Step(
            "mp4",
            {"most": profile.progressive_most},
            partial(progressive.make, ladder=made, profile=profile),
            weight=probe.duration / 200,
            space=_room(probe, profile.progressive_most),
            after=("rungs", *heard),
        ),
        Step(
            "captions",
            {"captions": captions, "chapters": chapters},
            partial(packaging.captions, tags=tags),
            weight=0.1,
        ),
        Step(
            "playlists",
            {},
            partial(packaging.media, ladder=made, profile=profile),
            weight=0.1,
            after=("rungs", *heard, "captions"),
        ),
        Step("master", {}, packaging.master, weight=0.1, after=("rungs", *heard, "captions", "playlists")),
    ]
    if not heard:
        return steps
    hearing = Step(
        "sound",
        {name: settings[name] for name in _SOUND},
        partial(sound.make, ladder=made, profile=profile),
        weight=probe.duration / 40,
        space=_room(probe, 3 * profile.audio),
    )
    return [hearing, *steps]


def _room(probe: Probe, bitrate: int) -> int:
    """Bytes."""
    return round(probe.duration * bitrate / 8) + 16 * _MIB


def _seconds(probe: Probe, made: Ladder) -> float:
    """About as long as two cores take."""
    pixels = sum(output.width * output.height * float(output.rate) for output in made.outputs)
    return probe.duration * pixels / 100e6
