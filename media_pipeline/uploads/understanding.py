"""What a whole file is: a picture, sound or video, told as the asset that it becomes."""

import re
from pathlib import Path, PurePath

from media_pipeline import images, probing
from media_pipeline.encoding.tidying import original_key
from media_pipeline.models import MediaAsset, Upload

_PICTURE = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|BM|II\*\0|MM\0\*|....ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1|avi[fs])"
    rb"|(\xef\xbb\xbf)?\s*(<\?xml.{0,1000}?|<!--.{0,1000}?)?(<!doctype svg.{0,1000}?)?<svg",
    re.DOTALL | re.IGNORECASE,
)
_TYPES = {
    "mov": "mp4",
    "matroska": "x-matroska",
    "avi": "x-msvideo",
    "mpegts": "mp2t",
    "mp3": "mpeg",
    "asf": "x-ms-wmv",
    "flv": "x-flv",
    "caf": "x-caf",
    "amr": "amr",
    "aac": "aac",
}


def understood(path: Path, upload: Upload, sha256: str) -> MediaAsset:
    """A picture's asset, which is stored then; that of sound or video unsaved, as its bytes are not in their place.

    Raises images.ImageRefused, probing.Refused, Resources or StorageUnavailable.
    """
    name = PurePath(upload.name).stem or upload.name
    with path.open("rb") as file:
        if _PICTURE.match(file.read(4096)):
            file.seek(0)
            return images.ingest(file, name=name, created_by=upload.created_by)
    probe = probing.probe(path)
    return MediaAsset(
        kind=probe.kind,
        sha256=sha256,
        key=original_key(sha256),
        content_type=f"{probe.kind}/{_TYPES.get(probe.format, probe.format)}",
        bytes=upload.bytes,
        width=probe.video.width if probe.video else 0,
        height=probe.video.height if probe.video else 0,
        duration=probe.duration,
        probe=probe.to_json(),
        name=name,
        created_by=upload.created_by,
    )
