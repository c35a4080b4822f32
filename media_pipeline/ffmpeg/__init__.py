"""The only way this project starts ffmpeg: limits on every child, a format forced on every input.

    done = ffmpeg.run([*ffmpeg.source(path, "mov"), "-c", "copy", "-f", "mp4", ffmpeg.target(out)], tell=tell)

It runs in the caller's thread and dies with it.
"""

from media_pipeline.ffmpeg.failures import Damaged, Failed, OutOfResources, TooMuchWork, Unusable
from media_pipeline.ffmpeg.limited import Limits
from media_pipeline.ffmpeg.running import Done, Progress, Tell, binary, read, run, source, target
from media_pipeline.ffmpeg.space import workspace

__all__ = [
    "Damaged",
    "Done",
    "Failed",
    "Limits",
    "OutOfResources",
    "Progress",
    "Tell",
    "TooMuchWork",
    "Unusable",
    "binary",
    "read",
    "run",
    "source",
    "target",
    "workspace",
]
