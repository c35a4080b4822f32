"""Pictures to be uploaded, drawn here, and the work that they cause."""

import io
import urllib.request
from typing import Any

from PIL import Image, ImageDraw

from core import work
from core.models import Work
from media_pipeline.images import ingest
from media_pipeline.models import MediaAsset


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photograph(width: int = 1800, height: int = 1200, noise: int = 24) -> Image.Image:
    """Soft colours with some grain."""
    small = (max(2, width // 40), max(2, height // 40))
    soft = Image.merge("RGB", [Image.effect_noise(small, 120) for _ in range(3)]).resize((width, height))
    grain = Image.merge("RGB", [Image.effect_noise((width, height), noise) for _ in range(3)])
    return Image.blend(soft, grain, 0.3)


def diagram(width: int = 1400, height: int = 700) -> Image.Image:
    """Boxes and lines in a few colours, as a drawing program exports them."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for number in range(6):
        left = 40 + number * width // 6
        draw.rectangle([left, 80, left + width // 9, 240], outline="black", fill="#d04020", width=3)
        draw.line([left, 240, left + width // 9, height - 60], fill="#2040d0", width=4)
    return image


def uploaded(data: bytes, **words: Any) -> MediaAsset:
    """Brought in, with its ladder made."""
    asset = ingest(data, name="picture", **words)
    run_all()
    asset.refresh_from_db()
    return asset


def run_all() -> None:
    for row in Work.objects.due().order_by("pk"):
        work.run(row.pk)


def fetched(address: str) -> Image.Image:
    with urllib.request.urlopen(address) as response:
        image = Image.open(io.BytesIO(response.read()))
    image.load()
    return image
