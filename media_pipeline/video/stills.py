"""Pictures of a film: a poster, and sheets of thumbnails with a WebVTT storyboard that tells which is when."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path

from PIL import Image

from media_pipeline import ffmpeg
from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.encoding.steps import Made
from media_pipeline.models import Rendition
from media_pipeline.transcripts.clock import written
from media_pipeline.video import argv
from media_pipeline.video.geometry import Ladder, Output
from media_pipeline.video.verifying import Wrong

POSTER = 720  # the rung that it is taken from, or the next smaller one
_SIDE = 10  # thumbnails a row, and rows a sheet
_TYPE = "image/jpeg"


@dataclass(frozen=True)
class Sheets:
    """`every`: how many segments lie between two thumbnails."""

    every: int
    count: int
    columns: int
    rows: int
    width: int
    height: int

    @property
    def files(self) -> int:
        return ceil(self.count / (self.columns * self.rows))


def sheets(ladder: Ladder, segments: int, profile: VideoProfile) -> Sheets:
    """As the smallest rung has a key frame a segment."""
    small = ladder.outputs[-1]
    every = max(1, round(profile.thumbnail_every / ladder.segment))
    count = ceil(segments / every)
    columns = min(_SIDE, ceil(sqrt(count)))
    share = profile.thumbnail_width / max(small.width, small.height)
    width, height = (max(2, round(side * share / 2) * 2) for side in (small.width, small.height))
    return Sheets(every, count, columns, min(_SIDE, ceil(count / columns)), width, height)


def make(folder: Path, ladder: Ladder, segments: int, profile: VideoProfile) -> list[Made]:
    """Out of the finished rungs in `folder`."""
    return [_poster(folder, ladder), *_sprites(folder, ladder, sheets(ladder, segments, profile))]


def storyboard(files: Sequence[str], planned: Sheets, starts: Sequence[float], duration: float) -> str:
    """`starts`: of the segments, in seconds. WebVTT; each cue names a piece of a sheet (https://www.w3.org/TR/media-frags/#naming-space)."""
    lines = ["WEBVTT", ""]
    moments = [*starts[:: planned.every], duration]
    for number in range(planned.count):
        sheet, place = divmod(number, planned.columns * planned.rows)
        row, column = divmod(place, planned.columns)
        start, end = moments[number], moments[number + 1]
        box = f"{column * planned.width},{row * planned.height},{planned.width},{planned.height}"
        lines += [
            f"{written(round(1000 * start))} --> {written(round(1000 * end))}",
            f"{files[sheet]}#xywh={box}",
            "",
        ]
    return "\n".join(lines)


def _poster(folder: Path, ladder: Ladder) -> Made:
    output = next(
        (each for each in ladder.outputs if min(each.width, each.height) <= POSTER), ladder.outputs[-1]
    )
    path = folder / "poster.jpg"
    for lit in (True, False):
        if not path.exists():  # a film that is dark throughout gets a dark poster
            ffmpeg.run(argv.poster(folder / f"{output.name}.mp4", path, lit=lit))
    _check(path, output.width, output.height)
    return Made(Rendition.Role.POSTER, "poster", path, _TYPE, output.width, output.height)


def _sprites(folder: Path, ladder: Ladder, planned: Sheets) -> list[Made]:
    rung: Output = ladder.outputs[-1]
    size = (planned.width, planned.height)
    ffmpeg.run(
        argv.sprites(folder / f"{rung.name}.mp4", planned.every, size, planned.columns, planned.rows, folder)
    )
    width, height = planned.columns * planned.width, planned.rows * planned.height
    paths = [folder / f"sprite-{number + 1}.jpg" for number in range(planned.files)]
    for path in paths:
        _check(path, width, height)
    return [Made(Rendition.Role.SPRITE, path.stem, path, _TYPE, width, height) for path in paths]


def _check(path: Path, width: int, height: int) -> None:
    if not path.exists():
        raise Wrong("No picture could be taken out of the film.")
    with Image.open(path) as image:
        image.load()
        if image.format != "JPEG" or image.size != (width, height):
            raise Wrong(f"A picture out of the film came out as {image.size[0]} x {image.size[1]} pixels.")
