"""Images come in here, whether an editor uploads them or an importer finds them, and become assets on S3."""

import hashlib
import re
import unicodedata
from typing import Any, BinaryIO

from django.db import transaction

from accounts.models import User
from core.faults import point
from media_pipeline import encoding
from media_pipeline.encoding.tidying import hold
from media_pipeline.images.reencoding import MAX_BYTES, Picture, reencode
from media_pipeline.models import MediaAsset
from media_pipeline.signals import asset_changed
from media_pipeline.storage import put

# Characters that turn the direction of the text around them: "gpj.exe" could be read backwards
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def ingest(
    data: bytes | BinaryIO, *, name: str, created_by: User | None = None, alt: str = "", credit: str = ""
) -> MediaAsset:
    """The asset of an image that somebody brought: decoded, written anew, stored on S3; a worker makes its ladder.

    The same bytes are one asset, however often and under whatever name they come; `alt` and `credit` then fill what
    is still empty and overwrite nothing. `name` is only shown.
    Raises ImageRefused or StorageUnavailable; both messages are sentences for a person.
    """
    content = _read(data)
    words = {"alt": _one_line(alt)[:400], "credit": _one_line(credit)[:200]}
    if asset := known(content):
        _fill(asset, **words)
        return asset
    return _store(content, reencode(content), name=display_name(name), created_by=created_by, **words)


def known(content: bytes) -> MediaAsset | None:
    """The asset that these very bytes became before."""
    return MediaAsset.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()


def check(content: bytes) -> None:
    """Raise ImageRefused if `ingest` would; stores nothing."""
    reencode(_read(content))


def display_name(name: str) -> str:
    """A file's name as text to show: the last part of its path without control and direction characters."""
    last = re.split(r"[/\\]", name[-4000:].rstrip("/\\"))[-1]
    return _one_line(last)[:200]


def _read(data: bytes | BinaryIO) -> bytes:
    return data if isinstance(data, bytes) else data.read(MAX_BYTES + 1)


def _store(content: bytes, picture: Picture, **columns: Any) -> MediaAsset:
    """The object first, then its row: an object nobody knows does no harm, a row without its object does."""
    digest = hashlib.sha256(picture.content).hexdigest()
    key = f"images/{digest[:2]}/{digest}.{picture.extension}"
    put(key, picture.content, picture.content_type)
    point("images.after_store")
    row = {
        "key": key,
        "content_type": picture.content_type,
        "bytes": len(picture.content),
        "width": picture.width,
        "height": picture.height,
    }
    whole = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        hold(whole)
        asset, made = MediaAsset.objects.get_or_create(sha256=whole, defaults=row | columns)
        if made:
            encoding.request(asset, encoding.default_profile(MediaAsset.Kind.IMAGE))
    return asset


@transaction.atomic
def _fill(asset: MediaAsset, **columns: str) -> None:
    """Conditional on the row, not on what was read: somebody may be typing the text at this moment."""
    filled = 0
    for column, text in columns.items():
        if text and not getattr(asset, column) and not (column == "alt" and asset.decorative):
            filled += MediaAsset.objects.filter(pk=asset.pk, **{column: ""}).update(**{column: text})
            asset.refresh_from_db(fields=[column])
    if filled:
        asset_changed.send(sender=MediaAsset, asset=asset)


def _one_line(text: str) -> str:
    kept = (c for c in text if c not in _TURNING and unicodedata.category(c) not in ("Cs", "Cn"))
    spaced = ("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in kept)).split()
    return " ".join(spaced)
