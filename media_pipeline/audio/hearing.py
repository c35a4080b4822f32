"""Which of a file's sounds is heard, and the filters that make mono or stereo of it."""

from pathlib import Path

from core.work import Permanent
from media_pipeline import ffmpeg
from media_pipeline.probing import Audio, Probe

PORTIONS = "asetnsamples=n=8192:p=0"  # fewer and larger than frames: handing them on costs time too
_NAMED = 8  # channels up to which ffmpeg knows an arrangement even if the file names none
_LATE = 0.05  # seconds


def sound_of(probe: Probe) -> Audio:
    """The one that players choose. Raises Permanent if there is none."""
    if not probe.audio:
        raise Permanent("The file has no sound, so that no audio can be made of it.")
    return next((sound for sound in probe.audio if sound.default), probe.audio[0])


def opened(path: Path, probe: Probe, *options: str) -> list[str]:
    """The arguments that read this sound alone."""
    source = ffmpeg.source(path, probe.format, *options, "-vn", "-sn", "-dn")
    return [*source, "-map", f"0:{sound_of(probe).index}"]


def timed(probe: Probe) -> list[str]:
    """Chapters and transcripts count from the beginning of the file, also where its sound begins later or has gaps."""
    late = sound_of(probe).start > probe.start + _LATE
    return ["aresample=async=1:first_pts=0"] if late or probe.kind == "video" else []


def mixed(sound: Audio, only: int | None = None) -> str:
    """To mono or stereo. `only`: the one channel that is not silent."""
    if only is not None:
        return f"pan=mono|c0=c{only}"
    if sound.channels == 1:
        return "aformat=channel_layouts=mono"
    if sound.channels > _NAMED and not sound.layout:
        return "pan=stereo|c0=c0|c1=c1"
    return "aformat=channel_layouts=stereo"


def limits(seconds: float) -> ffmpeg.Limits:
    """Generous: what is usual takes a hundredth of this."""
    return ffmpeg.Limits(cpu=120 + int(seconds), wall=600 + 4 * seconds)
