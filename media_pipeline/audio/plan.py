"""The steps of an audio profile: measure, encode, cut a clip, tag. New tags make only the last one run again."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from media_pipeline.audio import hearing, measuring, preview, tagging, verifying, waveform
from media_pipeline.audio.aiming import Level
from media_pipeline.audio.labels import Label, label
from media_pipeline.audio.levelling import Job
from media_pipeline.audio.levelling import made as levelled
from media_pipeline.audio.measuring import Source
from media_pipeline.encoding.plans import planner
from media_pipeline.encoding.profiles import AudioProfile
from media_pipeline.encoding.steps import Bench, Made, Step
from media_pipeline.models import MediaAsset, Rendition
from media_pipeline.probing import Probe

_SLACK = 4 * 2**20  # bytes
_MEASURED, _ENCODED = 300.0, 30.0  # times as fast as the recording, about


@planner(AudioProfile)
def plan(asset: MediaAsset, profile: AudioProfile, tags: dict[str, Any]) -> Sequence[Step]:
    """Raises Permanent if there is no sound, or if the tags cannot be used."""
    probe = Probe.from_json(asset.probe)
    sound, seconds = hearing.sound_of(probe), probe.duration
    told = label(tags, probe, min(seconds, sound.duration or seconds))
    recipe = asdict(profile)
    clip, peaks = recipe.pop("preview"), recipe.pop("peaks")
    del recipe["name"], recipe["kinds"]  # they change no file
    size = int(seconds * (profile.stereo_mp3 + profile.stereo_m4a) / 8 * 1.2) + _SLACK
    return [
        Step("measure", {"peaks": peaks}, partial(_measure, peaks=peaks), seconds / _MEASURED, _SLACK),
        Step("encode", recipe, partial(_encode, profile=profile), seconds / _ENCODED, 2 * size, ("measure",)),
        Step(
            "preview",
            {"seconds": clip},
            partial(_preview, profile=profile),
            2,
            2 * _SLACK,
            ("measure", "encode"),
        ),
        Step("tag", asdict(told), partial(_tag, label=told), 1 + seconds / 3000, size, ("encode",)),
    ]


def _measure(bench: Bench, *, peaks: int) -> list[Made]:
    source, windows = measuring.source(bench.source(), bench.probe, peaks, bench.tell)
    verifying.whole(source, bench.probe)
    path = bench.folder / "waveform.json"
    path.write_text(waveform.document(windows, peaks, source.duration))
    facts = asdict(source)
    return [
        Made(Rendition.Role.WAVEFORM, "json", path, "application/json", duration=source.duration, facts=facts)
    ]


def _encode(bench: Bench, *, profile: AudioProfile) -> list[Made]:
    return levelled(_job(bench, profile))


def _preview(bench: Bench, *, profile: AudioProfile) -> list[Made]:
    facts = bench.made("encode")[0].facts
    return preview.made(_job(bench, profile), Level(facts["gain"], facts["limit"]))


def _tag(bench: Bench, *, label: Label) -> list[Made]:
    return tagging.made(bench, label)


def _job(bench: Bench, profile: AudioProfile) -> Job:
    return Job(bench, profile, Source(**bench.made("measure")[0].facts))
