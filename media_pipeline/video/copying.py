"""A source that is already what the top rung should be becomes that rung as it is: packed anew, not encoded.

The other rungs are then cut where the source lets itself be cut.
"""

from bisect import bisect
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import structlog

from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.probing import Probe, Refused, Video
from media_pipeline.probing.asking import keys
from media_pipeline.video import argv, picture
from media_pipeline.video.geometry import Ladder, Output
from media_pipeline.video.segments import Segments
from media_pipeline.video.verifying import LONGEST_SEGMENT, Wrong, outermost

log = structlog.get_logger(__name__)

_FORMATS = ("mov", "matroska")  # both keep H.264 as MP4 does
_PROFILES = ("constrained baseline", "main", "high")
_MOST_LEVEL = 42  # of what x264 makes of the largest rung
_AT_ZERO = 0.002  # seconds
_REACH = 0.09  # seconds that its sound may be longer
_SHORTEST = Fraction(3999, 1000)  # seconds
_LONGEST = Fraction(LONGEST_SEGMENT)
_TELLING = 2  # seconds; the bit rate of less says nothing
_MOST_CUTS = 8_000  # they have to fit into one argument of a command


@dataclass(frozen=True)
class Key:
    frame: int
    bytes: int  # until the next
    clean: bool  # the film can be cut here


@dataclass(frozen=True)
class Film:
    frames: int
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Copy:
    """`output`: the rung as it will be; `cuts`: the frames that its pieces begin with."""

    output: Output
    film: Film
    cuts: tuple[int, ...]

    @property
    def starts(self) -> tuple[Fraction, ...]:
        """Seconds."""
        return tuple(cut / self.output.rate for cut in self.cuts)

    @property
    def lengths(self) -> list[Fraction]:
        """Of the pieces, in seconds."""
        ends = [*self.cuts[1:], self.film.frames]
        return [(end - cut) / self.output.rate for cut, end in zip(self.cuts, ends, strict=True)]

    def weights(self) -> list[int]:
        """Of the pieces, in bytes of picture."""
        found = [0] * len(self.cuts)
        for key in self.film.keys:
            found[bisect(self.cuts, key.frame) - 1] += key.bytes
        return found


def chosen(original: Path, probe: Probe, made: Ladder, profile: VideoProfile) -> Copy | None:
    """How the source becomes the top rung as it is; None if it has to be encoded, which is logged with the reason."""
    video = probe.video
    if video is None or not profile.copy:
        return None
    reason = unlike(video, probe, made)
    if reason is None:
        found = _copy(original, video, probe, made, profile)
        if isinstance(found, Copy):
            return found
        reason = found
    log.info("source_is_encoded", reason=reason)
    return None


def unlike(video: Video, probe: Probe, made: Ladder) -> str | None:
    """What its record says against copying it; in the words of a log."""
    top = made.outputs[0]
    size = (video.coded_width, video.coded_height)
    against = {
        "codec": video.codec != "h264" or probe.format not in _FORMATS,
        "profile": video.profile.lower() not in _PROFILES or not 0 < video.level <= _MOST_LEVEL,
        "pixels": video.pixel_format != "yuv420p" or video.field_order != "progressive",
        "shape": video.rotation != 0 or video.sample_aspect != 1 or size != (top.width, top.height),
        "colours": not picture.faithful(video),
        "rate": video.variable or top.step != 1,
        "beginning": max(abs(video.start), abs(probe.start)) > _AT_ZERO,
        "alone": len(made.outputs) < 2,  # the storyboard needs a rung with one key frame a piece
    }
    return next((name for name, true in against.items() if true), None)


def chain(film: Film, rate: Fraction, step: int) -> tuple[int, ...]:
    """Frames to cut at, each 4 to 6 seconds after the one before, the first of them 0; () if there are none.
    `step`: smaller rungs have only every so manieth frame."""
    clean = [key.frame for key in film.keys if key.clean and key.frame % step == 0]
    least, most = _SHORTEST * rate, _LONGEST * rate
    following: dict[int, int] = {}  # a frame, and the cut after it
    for at in range(len(clean) - 1, -1, -1):
        if film.frames - clean[at] <= most:
            following[clean[at]] = film.frames
            continue
        for later in clean[at + 1 :]:
            if later - clean[at] > most:
                break
            if later - clean[at] >= least and later in following:
                following[clean[at]] = later
                break
    cuts, at = [], 0
    while at in following:
        cuts.append(at)
        at = following[at]
    return tuple(cuts)


def segments(path: Path, copy: Copy) -> Segments:
    """The pieces of what ffmpeg has written: it begins a fragment with each key frame. Raises Wrong if anything has changed."""
    if look(path, "mov", 0, copy.output.rate) != copy.film:
        raise Wrong(f"{copy.output.name} is not what was copied.")
    fragments = [at for name, at in outermost(path) if name == "moof"]
    if len(fragments) != len(copy.film.keys):
        raise Wrong(f"{copy.output.name} is not cut at its key frames.")
    where = {key.frame: at for key, at in zip(copy.film.keys, fragments, strict=True)}
    begins = [where[cut] for cut in copy.cuts]
    sizes = [end - begin for begin, end in zip(begins, [*begins[1:], path.stat().st_size], strict=True)]
    return Segments(
        begins[0], tuple((float(length), size) for length, size in zip(copy.lengths, sizes, strict=True))
    )


def look(path: Path, format: str, stream: int, rate: Fraction) -> Film | str:
    """Its frames and its key frames; or why it cannot be copied."""
    try:
        told = keys(path, format, stream, rate)
    except Refused as refused:
        return str(refused)
    if "unfit" in told:
        return str(told["unfit"])
    return Film(told["frames"], tuple(Key(*key) for key in told["keys"]))


def _copy(original: Path, video: Video, probe: Probe, made: Ladder, profile: VideoProfile) -> Copy | str:
    film = look(original, probe.format, video.index, made.rate)
    if isinstance(film, str):
        return film
    if abs(film.frames / made.rate - probe.duration) > _REACH:
        return "end"
    cuts = chain(film, made.rate, max(output.step for output in made.outputs))
    if not 0 < len(cuts) <= _MOST_CUTS:
        return "key frames"
    top = made.outputs[0]
    copy = Copy(replace(top, profile=video.profile.lower().removeprefix("constrained ")), film, cuts)
    return "bit rate" if _too_heavy(copy, probe, made, profile) else copy


def _too_heavy(copy: Copy, probe: Probe, made: Ladder, profile: VideoProfile) -> bool:
    """On average, or where it moves most. The MP4's rung has to leave room for the sound."""
    top = made.outputs[0]
    bitrate = min(top.bitrate, argv.most(top, made, profile, probe.duration)[0])
    lengths, weights = copy.lengths, copy.weights()
    pieces = zip(lengths, weights, strict=True)
    return sum(weights) * 8 > bitrate * sum(lengths) or any(
        size * 8 > top.most * seconds for seconds, size in pieces if seconds >= _TELLING
    )
