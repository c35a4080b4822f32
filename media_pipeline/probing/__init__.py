"""What a media file is, told before anything is made of it, or why it cannot be used.

probe = probing.probe(path)
probe = replace(probe, loudness=probing.measure_loudness(path, probe))
"""

from pathlib import Path

from media_pipeline.demuxer.record import (
    Audio,
    Chapter,
    Cover,
    Loudness,
    Probe,
    Subtitle,
    Tags,
    Video,
)
from media_pipeline.probing import wholeness
from media_pipeline.probing.asking import ask, facts
from media_pipeline.probing.judging import judge
from media_pipeline.probing.loudness import measure_loudness
from media_pipeline.probing.refusals import Refused
from media_pipeline.probing.sniffing import counts_frames, recognise

__all__ = [
    "Audio",
    "Chapter",
    "Cover",
    "Loudness",
    "Probe",
    "Refused",
    "Subtitle",
    "Tags",
    "Video",
    "cover",
    "measure_loudness",
    "probe",
]


def probe(path: Path) -> Probe:
    """The record of a local file, without its loudness. Nothing is decoded but what tells of the streams.

    Raises Refused (a core.work.Permanent) with a sentence for whoever brought it, or core.work.Resources.
    """
    format = recognise(path)
    if wholeness.missing(path, format):
        raise Refused("truncated")
    told = facts(path, format)
    if "unreadable" in told:
        cut = format == "mov" and wholeness.lacks_index(path)
        raise Refused("truncated" if cut else "damaged", log=told["unreadable"])
    return judge(told, counts_frames=format == "mp3" and counts_frames(path))


def cover(path: Path, probe: Probe) -> bytes:
    """The picture that the file carries, as it is there: check it like any other upload. Raises ValueError without one."""
    if probe.cover is None:
        raise ValueError("there is no cover")
    return ask("cover", path, probe.format, probe.cover.index)
