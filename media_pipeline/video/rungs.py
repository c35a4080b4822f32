"""The rungs of the ladder and the pictures out of them: one decode of the film."""

import os
from collections.abc import Sequence
from pathlib import Path

from media_pipeline import ffmpeg
from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.encoding.steps import Bench, Made
from media_pipeline.models import Rendition
from media_pipeline.video import argv, stills, verifying
from media_pipeline.video.geometry import Ladder, Output
from media_pipeline.video.limits import limits
from media_pipeline.video.segments import Segments

_ENCODING = 0.95  # its share of the step


def make(bench: Bench, ladder: Ladder, profile: VideoProfile) -> Sequence[Made]:
    def tell(progress: ffmpeg.Progress) -> None:
        bench.tell(_ENCODING * progress.seconds / bench.probe.duration, progress.speed)

    threads = os.process_cpu_count() or 1
    arguments = argv.ladder(bench.source(), bench.probe, ladder, profile, bench.folder, threads)
    ffmpeg.run(arguments, limits=limits(bench.probe), tell=tell)
    return checked(bench.folder, ladder, bench.probe.duration, profile)


def checked(folder: Path, ladder: Ladder, duration: float, profile: VideoProfile) -> list[Made]:
    """What lies in the folder, if it is right."""
    found = [Segments.written(folder / f"{output.name}.m3u8") for output in ladder.outputs]
    for output, segments in zip(ladder.outputs, found, strict=True):
        verifying.rung(folder / f"{output.name}.mp4", output, segments, duration)
    verifying.aligned(ladder, found)
    files = [
        _file(folder, output, segments, duration)
        for output, segments in zip(ladder.outputs, found, strict=True)
    ]
    return [*files, *stills.make(folder, ladder, len(found[-1].pieces), profile)]


def _file(folder: Path, output: Output, segments: Segments, duration: float) -> Made:
    path = folder / f"{output.name}.mp4"
    facts = {
        "codecs": avc(path),
        "bitrate": segments.average,
        "peak": segments.peak,
        "rate": str(output.rate),
        **segments.facts(),
    }
    return Made(
        Rendition.Role.VIDEO, output.name, path, "video/mp4", output.width, output.height, duration, facts
    )


def avc(path: Path) -> str:
    """Profile and level as players want them named (RFC 6381): avc1.64001f. Out of the file's own `avcC`."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    at = head.find(b"avcC")
    if at < 0:
        raise verifying.Wrong(f"{path.stem} does not say how it is encoded.")
    return f"avc1.{head[at + 5 : at + 8].hex()}"
