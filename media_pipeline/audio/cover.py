"""The picture in the files: decoded and written anew, a JPEG that every player and every car shows."""

import io
from pathlib import Path

import structlog
from PIL import Image

from core.work import Permanent
from media_pipeline import probing, storage
from media_pipeline.audio.labels import OWN
from media_pipeline.encoding.steps import Bench
from media_pipeline.images.reencoding import ImageRefused, reencode
from media_pipeline.images.scaling import Unreadable, scaled

SIDE = 1400  # pixels; what Apple wants of a show's artwork at least, and plenty for a file's
_BYTES = 400_000  # each download carries it
_QUALITIES = (86, 78, 70, 60, 50)

log = structlog.get_logger(__name__)


def written(bench: Bench, chosen: str) -> Path | None:
    """`chosen` as in Label.cover. None if there is none, or if the file's own is no picture: that is no reason to fail.

    Raises Permanent if the image that an editor chose cannot be used any more, and storage.StorageUnavailable.
    """
    path = bench.folder / "cover"
    try:
        if chosen == OWN:
            path.write_bytes(reencode(probing.cover(bench.source(), bench.probe)).content)
        elif chosen:
            storage.fetch(chosen, path, lambda: bench.tell(0))
        return _jpeg(path, bench.folder / "cover.jpg") if chosen else None
    except (ImageRefused, Unreadable, probing.Refused) as error:
        if chosen != OWN:
            raise Permanent("The image that was chosen as the cover cannot be read.") from error
        log.info("cover_left_out", asset=bench.asset.pk, reason=str(error))
        return None


def _jpeg(source: Path, path: Path) -> Path:
    images = scaled(source, [_size(source)], lambda share: None)
    if not images:
        raise Unreadable("an animation")
    for quality in _QUALITIES:
        out = io.BytesIO()
        _opaque(images[0]).save(out, "JPEG", quality=quality, optimize=True, exif=b"")
        if out.tell() <= _BYTES:
            break
    path.write_bytes(out.getvalue())
    return path


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        width, height = image.size
    share = min(1, SIDE / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white
