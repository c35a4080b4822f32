"""The sound of a film: a rendition of its own for HLS, and the same as a file to listen to."""

from collections.abc import Sequence
from dataclasses import replace

from media_pipeline import ffmpeg
from media_pipeline.audio import hearing, measuring
from media_pipeline.audio.aiming import Aim
from media_pipeline.audio.measuring import Output, Source
from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.encoding.steps import Bench, Made
from media_pipeline.models import Rendition
from media_pipeline.video import argv, verifying
from media_pipeline.video.geometry import Ladder
from media_pipeline.video.limits import limits
from media_pipeline.video.segments import Segments

CODECS = "mp4a.40.2"
_TRIES = 4
_WINDOWS = 100  # that peaks are looked for in
_TWICE = 3.01  # LU that a second, equal channel adds


def make(bench: Bench, ladder: Ladder, profile: VideoProfile) -> Sequence[Made]:
    """AAC-LC in stereo, levelled; measured again as it came out, and made anew if that is not what was wanted."""
    source, _ = measuring.source(
        bench.source(), bench.probe, _WINDOWS, lambda done, speed: bench.tell(0.3 * done, speed)
    )
    aim = Aim(None if source.loudness is None else profile.loudness, profile.true_peak)
    level = aim.first(_doubled(source))
    for number in range(_TRIES):
        filters = (_stereo(bench, source), level.filters())
        arguments = argv.sound(bench.source(), bench.probe, filters, ladder.segment, profile, bench.folder)
        ffmpeg.run(arguments, limits=limits(bench.probe), tell=_telling(bench, 0.3 + number / 10))
        result = _checked(bench)
        if aim.met(result):
            return _files(bench, result)
        level = aim.corrected(level, [result])
    if not aim.tolerable(result):
        raise verifying.Wrong(_missed(result, profile))
    return _files(bench, result)


def _stereo(bench: Bench, source: Source) -> str:
    """A lonely channel is heard on both sides."""
    if source.channels == 2:
        return hearing.mixed(hearing.sound_of(bench.probe))
    only = source.only or 0
    return f"pan=stereo|c0=c{only}|c1=c{only}"


def _doubled(source: Source) -> Source:
    if source.channels == 2 or source.loudness is None:
        return source
    return replace(source, loudness=source.loudness + _TWICE)


def _checked(bench: Bench) -> Output:
    path, whole = bench.folder / "sound.mp4", bench.folder / "sound.m4a"
    duration = bench.probe.duration
    verifying.sound(path, Segments.written(path.with_suffix(".m3u8")), duration)
    ffmpeg.run(argv.whole([path], whole))
    verifying.download(whole, duration)
    return measuring.output(
        whole, "mov", argv.SAMPLE_RATE, duration, lambda done, speed: bench.tell(0.7 + 0.3 * done, speed)
    )


def _files(bench: Bench, result: Output) -> list[Made]:
    path, duration = bench.folder / "sound.mp4", bench.probe.duration
    segments = Segments.written(path.with_suffix(".m3u8"))
    heard = {
        "codecs": CODECS,
        "bitrate": segments.average,
        "loudness": result.loudness,
        "true_peak": result.true_peak,
    }
    whole = bench.folder / "sound.m4a"
    return [
        Made(
            Rendition.Role.AUDIO,
            "sound",
            path,
            "video/mp4",
            duration=duration,
            facts=heard | segments.facts(),
        ),
        Made(Rendition.Role.DOWNLOAD, "m4a", whole, "audio/mp4", duration=duration, facts=heard),
    ]


def _missed(result: Output, profile: VideoProfile) -> str:
    return (
        f"The sound came out with {_told(result.loudness)} LUFS and peaks of {_told(result.true_peak)} dBTP; "
        f"{profile.loudness:g} and at most {profile.true_peak:g} are wanted."
    )


def _told(level: float | None) -> str:
    return "no" if level is None else f"{level:.1f}"


def _telling(bench: Bench, done: float) -> ffmpeg.Tell:
    def tell(progress: ffmpeg.Progress) -> None:
        bench.tell(done + 0.3 * progress.seconds / bench.probe.duration, progress.speed)

    return tell
