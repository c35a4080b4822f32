"""MP3 and M4A of the wanted loudness, without tags: made in one decode, measured, made again where they are not right.

A source that is right already is copied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from media_pipeline import ffmpeg
from media_pipeline.audio import hearing, measuring, verifying
from media_pipeline.audio.aiming import Aim, Level
from media_pipeline.audio.formats import FORMATS, MP3, Format, bitrate
from media_pipeline.audio.measuring import Output, Source
from media_pipeline.encoding.profiles import AudioProfile
from media_pipeline.encoding.steps import Bench, Made
from media_pipeline.models import Rendition

ROUNDS = 5
_COPIED_RATES = (44_100, 48_000)
_ENCODING = 0.8  # of the time; the rest is measuring


@dataclass(frozen=True)
class Job:
    bench: Bench
    profile: AudioProfile
    source: Source

    @property
    def aim(self) -> Aim:
        return Aim.of(self.profile, self.source)

    @property
    def formats(self) -> list[Format]:
        return [FORMATS[name] for name in self.profile.formats]

    def bitrate(self, format: Format) -> int:
        return bitrate(format, self.profile, self.source.channels)


@dataclass(frozen=True)
class Tried:
    format: Format
    path: Path
    output: Output
    level: Level
    copied: bool = False


def made(job: Job) -> list[Made]:
    """The files, in the order of the profile's formats. Raises verifying.Unverified, and what `ffmpeg.run` raises."""
    ready = {tried.format: tried for tried in _copies(job)}
    level, wrong = job.aim.first(job.source), list[Tried]()
    for _ in range(ROUNDS):
        tried = _encoded(job, level, [format for format in job.formats if format not in ready])
        ready |= {each.format: each for each in tried if job.aim.met(each.output)}
        wrong = [each for each in tried if each.format not in ready]
        if not wrong:
            break
        level = job.aim.corrected(level, [each.output for each in wrong])
    for each in wrong:
        if not job.aim.tolerable(each.output):
            raise verifying.level_missed(each.format, each.output, job.aim)
        ready[each.format] = each
    return [_described(job, ready[format]) for format in job.formats]


def _copies(job: Job) -> Iterator[Tried]:
    for format in job.formats:
        if _may_be_right(job, format):
            path = job.bench.folder / f"copy.{format.name}"
            reading = hearing.opened(job.bench.source(), job.bench.probe)
            ffmpeg.run(
                [*reading, "-c", "copy", *UNTAGGED, *format.muxer, ffmpeg.target(path)],
                limits=hearing.limits(job.source.duration),
            )
            tried = Tried(format, path, _measured(job, format, path), Level(0), copied=True)
            if job.aim.met(tried.output) and (
                format is not MP3 or verifying.constant(path, job.bitrate(MP3))
            ):
                yield tried


def _may_be_right(job: Job, format: Format) -> bool:
    """By what is known before its true peak is measured."""
    sound, probe, source = hearing.sound_of(job.bench.probe), job.bench.probe, job.source
    same = sound.codec == format.codec and probe.format == format.demuxer and sound.profile in ("", "LC")
    fits = sound.channels == source.channels and sound.sample_rate in _COPIED_RATES and probe.kind == "audio"
    if not same or not fits or hearing.timed(probe):
        return False
    off = abs((source.loudness or 0) - (job.aim.loudness or 0))
    wanted = job.bitrate(format)
    return off <= 0.5 and abs((sound.bit_rate or 0) - wanted) <= (0 if format is MP3 else wanted * 0.15)


UNTAGGED = ("-map_metadata", "-1", "-map_chapters", "-1")


def _encoded(job: Job, level: Level, formats: Sequence[Format]) -> list[Tried]:
    """All in one command, as decoding and levelling are shared."""
    if not formats:
        return []
    paths = {format: job.bench.folder / f"bare.{format.name}" for format in formats}
    outputs: list[str] = []
    for format, path in paths.items():
        encoder = (*format.encoder, "-b:a", str(job.bitrate(format)))
        outputs += ["-map", f"[{format.name}]", *encoder, *UNTAGGED, *format.muxer, ffmpeg.target(path)]
    source = ffmpeg.source(job.bench.source(), job.bench.probe.format, "-vn", "-sn", "-dn")
    ffmpeg.run(
        [*source, "-filter_complex", _graph(job, level, formats), *outputs],
        limits=hearing.limits(job.source.duration),
        tell=lambda at: job.bench.tell(_ENCODING * at.seconds / (job.source.duration or 1), at.speed),
    )
    return [Tried(format, path, _measured(job, format, path), level) for format, path in paths.items()]


def _graph(job: Job, level: Level, formats: Sequence[Format]) -> str:
    sound = hearing.sound_of(job.bench.probe)
    shared = ",".join([*shaped(job), level.filters(), f"asplit={len(formats)}"])
    branches = [f"[{format.name}_]volume={format.trim}dB[{format.name}]" for format in formats]
    return f"[0:{sound.index}]{shared}" + ";".join(["".join(f"[{f.name}_]" for f in formats), *branches])


def shaped(job: Job) -> list[str]:
    """The filters before the level: in time, mixed, at the profile's sample rate."""
    probe = job.bench.probe
    mixed = hearing.mixed(hearing.sound_of(probe), job.source.only)
    return [*hearing.timed(probe), mixed, f"aresample={job.profile.sample_rate}:osf=fltp", hearing.PORTIONS]


def _measured(job: Job, format: Format, path: Path) -> Output:
    rate = job.profile.sample_rate
    return measuring.output(
        path, format.demuxer, rate, job.source.duration, lambda share, speed: job.bench.tell(_ENCODING, speed)
    )


def _described(job: Job, tried: Tried) -> Made:
    verifying.check(tried.path, tried.format, tried.output, job.source.duration, job.bitrate(tried.format))
    facts = {
        "bitrate": job.bitrate(tried.format),
        "codecs": tried.format.codecs,
        "channels": job.source.channels,
        "loudness": tried.output.loudness,
        "true_peak": tried.output.true_peak,
        "copied": tried.copied,
        "gain": round(tried.level.gain, 3),
        "limit": round(tried.level.limit, 3),
    }
    return Made(
        Rendition.Role.BARE,
        tried.format.name,
        tried.path,
        tried.format.content_type,
        duration=tried.output.duration,
        facts=facts,
    )
