from media_pipeline.ffmpeg import Limits
from media_pipeline.ffmpeg.limited import GIBIBYTE
from media_pipeline.probing import Probe


def limits(probe: Probe) -> Limits:
    """What encoding may use: it goes with the length, and for the large pictures with their size."""
    video = probe.video
    pixels = video.width * video.height if video else 0
    heavy = max(1.0, pixels / (1920 * 1080))
    return Limits(
        memory=round(4 * GIBIBYTE * min(heavy, 4)),
        cpu=round(600 + 30 * heavy * probe.duration),
        wall=1200 + 40 * heavy * probe.duration,
    )
