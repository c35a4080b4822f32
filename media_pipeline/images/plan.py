"""The ladder of an image: the same picture in several widths and formats, for every screen what it needs."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from core.work import Permanent
from media_pipeline.encoding.plans import planner
from media_pipeline.encoding.profiles import ImageProfile
from media_pipeline.encoding.steps import Bench, Made, Step
from media_pipeline.images.formats import Encoded, best
from media_pipeline.images.scaling import Unreadable, scaled
from media_pipeline.models import MediaAsset, Rendition

MOST_PIXELS = 12_000_000  # of one rung: a strip that is far higher than wide gets the narrow ones alone


@planner(ImageProfile)
def plan(asset: MediaAsset, profile: ImageProfile, tags: dict[str, Any]) -> Sequence[Step]:
    """One step for all rungs, as the image is decoded once. An animation gets none and stays as it is."""
    sizes = rungs(asset.width, asset.height, profile.widths)
    made = asdict(profile) | {"sizes": sizes}
    pixels = sum(width * height for width, height in sizes)
    weight = (asset.width * asset.height / 30 + pixels) / 1_000_000  # seconds, roughly
    return [
        Step("ladder", made, partial(_make, sizes=sizes, profile=profile), weight=weight, space=8 * pixels)
    ]


def rungs(width: int, height: int, widths: Sequence[int]) -> list[tuple[int, int]]:
    """(width, height) in pixels, narrowest first, never wider than the image; its own width if a step is left open."""
    chosen = [each for each in sorted(widths) if each <= width] or [width]
    if width < max(widths) and width > chosen[-1] * 1.15:
        chosen.append(width)
    sizes = [(each, max(1, round(height * each / width))) for each in chosen]
    return [sizes[0]] + [(w, h) for (w, h) in sizes[1:] if w * h <= MOST_PIXELS]


def _make(bench: Bench, *, sizes: Sequence[tuple[int, int]], profile: ImageProfile) -> list[Made]:
    try:
        images = scaled(bench.source(), sizes, bench.tell)
    except Unreadable as error:
        raise Permanent("The stored image cannot be read any more. Delete it and upload it again.") from error
    lossless = bench.asset.content_type != "image/jpeg"
    return [_written(bench, each) for each in best(images, profile, lossless, bench.tell)]


def _written(bench: Bench, encoded: Encoded) -> Made:
    name = f"{encoded.format}-{encoded.width}"
    path = bench.folder / f"{name}.{encoded.extension}"
    path.write_bytes(encoded.content)
    return Made(Rendition.Role.IMAGE, name, path, encoded.content_type, encoded.width, encoded.height)
