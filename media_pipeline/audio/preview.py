"""A clip to try: from where the sound begins, at the level of the whole, faded out."""

from media_pipeline import ffmpeg
from media_pipeline.audio import hearing, measuring, verifying
from media_pipeline.audio.aiming import Level
from media_pipeline.audio.formats import MP3
from media_pipeline.audio.levelling import UNTAGGED, Job, shaped
from media_pipeline.audio.measuring import Source
from media_pipeline.encoding.steps import Made
from media_pipeline.models import Rendition

_BEFORE = 0.3  # seconds
_FADE_IN, _FADE_OUT = 0.05, 2.0


def made(job: Job, level: Level) -> list[Made]:
    """One MP3 of at most `profile.preview` seconds. Raises verifying.Unverified, and what `ffmpeg.run` raises."""
    whole = job.source.duration
    start = beginning(job.source, job.profile.preview)
    seconds = min(job.profile.preview, whole - start)
    path = job.bench.folder / "preview.mp3"
    faded = [f"afade=d={_FADE_IN}"] if start else []
    if whole > start + seconds:
        out = min(_FADE_OUT, seconds / 4)
        faded.append(f"afade=t=out:st={seconds - out:.3f}:d={out:.3f}")
    cut = f"atrim=duration={seconds:.3f}"
    filters = ",".join([*shaped(job), level.filters(), f"volume={MP3.trim}dB", cut, *faded])
    reading = hearing.opened(job.bench.source(), job.bench.probe, *(["-ss", f"{start:.3f}"] if start else []))
    encoder = (*MP3.encoder, "-b:a", str(job.bitrate(MP3)))
    ffmpeg.run(
        [
            *reading,
            "-t",
            f"{seconds + 1:.3f}",
            "-af",
            filters,
            *encoder,
            *UNTAGGED,
            *MP3.muxer,
            ffmpeg.target(path),
        ],
        limits=hearing.limits(seconds),
        tell=lambda at: job.bench.tell(at.seconds / (seconds or 1), at.speed),
    )
    output = measuring.output(path, "mp3", job.profile.sample_rate, seconds, job.bench.tell)
    verifying.check(path, MP3, output, seconds, job.bitrate(MP3))
    facts = {"bitrate": job.bitrate(MP3), "codecs": MP3.codecs, "start": round(start, 3)}
    return [
        Made(Rendition.Role.PREVIEW, "mp3", path, MP3.content_type, duration=output.duration, facts=facts)
    ]


def beginning(source: Source, length: float) -> float:
    """Seconds: shortly before something is heard, if a whole clip fits behind; else 0."""
    start = source.begins - _BEFORE
    return start if 0 < start <= source.duration - length else 0.0
