"""Whether a file that could be read can be used."""

from typing import Any

from media_pipeline.demuxer.extent import Extent, enough
from media_pipeline.demuxer.record import Probe, Video
from media_pipeline.playing import clock
from media_pipeline.probing.refusals import Refused

MOST_SIDE = 16_384  # pixels
MOST_PIXELS = 60_000_000
MOST_SECONDS = 24 * 3600
MOST_FRAMES = 1000  # a second
MOST_CHANNELS = 64
MOST_HERTZ = 768_000


def judge(told: dict[str, Any], *, counts_frames: bool) -> Probe:
    """The record, if nothing speaks against it. Raises Refused.

    `told`: what the demuxer says; `counts_frames`: a format without headers says how long it is after all.
    """
    probe, extent = Probe.from_json(told["probe"]), Extent(**told["extent"])
    _check_streams(probe, told)
    _check_sound(probe)
    if probe.video:
        _check_picture(probe.video)
    _check_extent(extent, reliable=counts_frames or not extent.counted)
    if not probe.duration > 0:
        raise Refused("no-streams")
    if max(probe.duration, extent.measured or 0) > MOST_SECONDS:
        raise Refused("absurd", "The file is longer than 24 hours.")
    return probe


def _check_streams(probe: Probe, told: dict[str, Any]) -> None:
    if told["encrypted"]:
        raise Refused("encrypted")
    unknown = {kind for kind, codec, picture in told["streams"] if not codec and not picture}
    if "video" in unknown and not probe.video:  # its sound alone would be half of it
        raise Refused("unknown-codec")
    if "audio" in unknown and not probe.audio:
        raise Refused("unknown-codec")
    if not probe.video and not probe.audio:
        raise Refused("no-streams")


def _check_sound(probe: Probe) -> None:
    for sound in probe.audio:
        what = f"{sound.channels:,} channels at {sound.sample_rate:,} Hz"
        if sound.sample_rate < 1 or sound.channels < 1:
            raise Refused("damaged", f"The sound is damaged: it claims {what}.")
        if sound.sample_rate > MOST_HERTZ or sound.channels > MOST_CHANNELS:
            raise Refused("absurd", f"The sound cannot be used: it claims {what}.")


def _check_picture(video: Video) -> None:
    sides = (video.width, video.height, video.coded_width, video.coded_height)
    size = f"{video.coded_width:,} x {video.coded_height:,} pixels"
    if min(sides) < 1:
        raise Refused("damaged", f"The picture has no size ({size}).")
    pixels = max(video.width * video.height, video.coded_width * video.coded_height)
    if max(sides) > MOST_SIDE or pixels > MOST_PIXELS:
        raise Refused("absurd", f"The picture is too large ({size}).")
    if video.frame_rate and video.frame_rate > MOST_FRAMES:
        raise Refused("absurd", f"The video claims {float(video.frame_rate):,.0f} frames a second.")


def _check_extent(extent: Extent, *, reliable: bool) -> None:
    if extent.missing:
        raise Refused("truncated")
    declared, measured, sound = extent.declared, extent.measured, extent.sound
    if not declared or not reliable:
        return
    if not enough(measured, declared):
        raise Refused(
            "truncated",
            f"The file should last {clock(round(declared))} and ends after {clock(round(measured or 0))}: "
            "it was probably cut off while it was copied. Bring it again.",
        )
    if (
        measured and measured > declared * 1.5 + 10 and not extent.counted
    ):  # joined MP3s keep the first one's header
        raise Refused("lying")
    if sound and not sound / 2.5 - 2 <= declared <= sound * 2.5 + 2:
        raise Refused("lying")
