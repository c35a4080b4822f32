"""What directories say about artwork (Apple: artwork requirements), with what was measured."""

from collections.abc import Iterator

from media_pipeline.models import MediaAsset
from publishing.podcast_check.limits import (
    ADVISED_ARTWORK,
    ARTWORK_TYPES,
    HEAVY_ARTWORK,
    LARGEST_ARTWORK,
    SMALLEST_ARTWORK,
)

FIX = f"Use a square JPEG or PNG of {ADVISED_ARTWORK} × {ADVISED_ARTWORK} pixels."


def unusable(asset: MediaAsset) -> Iterator[str]:
    """Sentences about what directories refuse."""
    size = f"{asset.width:,} × {asset.height:,} pixels"
    if asset.width != asset.height:
        yield f"The artwork has {size}; it has to be square."
    if max(asset.width, asset.height) > LARGEST_ARTWORK:
        yield f"The artwork has {size}; directories take at most {LARGEST_ARTWORK:,} a side."
    if min(asset.width, asset.height) < SMALLEST_ARTWORK:
        yield f"The artwork has {size}; directories want at least {SMALLEST_ARTWORK:,} a side."
    if asset.content_type not in ARTWORK_TYPES:
        yield f"The artwork is {asset.content_type}; directories take JPEG and PNG."


def advised(asset: MediaAsset) -> Iterator[str]:
    """Sentences about what works, and could be better."""
    if asset.bytes > HEAVY_ARTWORK:
        yield f"The artwork has {asset.bytes / 1024:,.0f} KB; above {HEAVY_ARTWORK // 1024} KB phones wait for it."
    if is_transparent(asset):
        yield "Parts of the artwork are transparent; apps put black or white behind them."


def is_transparent(asset: MediaAsset) -> bool:
    """A picture with losses has a PNG in its ladder only where a JPEG could not hold it."""
    formats = {kind for kind, *_ in asset.ladder}
    return asset.content_type == "image/png" and {"avif", "png"} <= formats
