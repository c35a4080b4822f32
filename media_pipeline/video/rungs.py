"""The rungs of the ladder and the pictures out of them: one decode of the film."""

import os
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree

import structlog

from core.work import Permanent
from media_pipeline import ffmpeg
from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.encoding.steps import Bench, Made
from media_pipeline.models import Rendition
from media_pipeline.video import argv, copying, stills, verifying
from media_pipeline.video.copying import Copy
from media_pipeline.video.geometry import Ladder, Output
from media_pipeline.video.limits import limits
from media_pipeline.video.segments import Segments

log = structlog.get_logger(__name__)

_ENCODING = 0.95  # its share of the step


def make(bench: Bench, ladder: Ladder, profile: VideoProfile) -> Sequence[Made]:
    """With the source itself as the first rung where it may be that; encoded, should what comes of it not be right."""
    if copy := copying.chosen(bench.source(), bench.probe, ladder, profile):
        try:
            return _made(bench, ladder, profile, copy)
        except Permanent as problem:
            log.warning("copy_was_not_right", problem=str(problem), asset=bench.asset.pk)
            rmtree(bench.folder / "copied")
    return _made(bench, ladder, profile)


def _made(bench: Bench, ladder: Ladder, profile: VideoProfile, copy: Copy | None = None) -> list[Made]:
    def tell(progress: ffmpeg.Progress) -> None:
        bench.tell(_ENCODING * progress.seconds / bench.probe.duration, progress.speed)

    threads, folder = os.process_cpu_count() or 1, bench.folder / ("copied" if copy else "encoded")
    folder.mkdir()
    cuts = copy.starts if copy else ()
    arguments = argv.ladder(bench.source(), bench.probe, ladder, profile, folder, threads, cuts)
    ffmpeg.run(arguments, limits=limits(bench.probe), tell=tell)
    return checked(folder, ladder, bench.probe.duration, profile, copy)


def checked(
    folder: Path, ladder: Ladder, duration: float, profile: VideoProfile, copy: Copy | None = None
) -> list[Made]:
    """What lies in the folder, if it is right."""
    files, found = [], []
    for output in (copy.output, *ladder.outputs[1:]) if copy else ladder.outputs:
        path, copied = folder / f"{output.name}.mp4", copy is not None and output is copy.output
        segments = (
            copying.segments(path, copy) if copy and copied else Segments.written(path.with_suffix(".m3u8"))
        )
        verifying.rung(path, output, segments, duration, foreign=copied)
        files.append(_file(path, output, segments, duration, copied=copied))
        found.append(segments)
    verifying.aligned(ladder, found, copy.starts if copy else ())
    return [*files, *stills.make(folder, ladder, len(found[-1].pieces), profile)]


def _file(path: Path, output: Output, segments: Segments, duration: float, *, copied: bool) -> Made:
    facts = {
        "codecs": avc(path),
        "profile": output.profile,
        "copied": copied,
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
