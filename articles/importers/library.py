"""The images of a folder: found, looked at once, and brought into the library when a text that shows them is written."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from articles.importers.folder import Folder, image_bytes
from core.importing import ImportStopped
from media_pipeline import images
from media_pipeline.images import ImageRefused, StorageUnavailable
from media_pipeline.models import MediaAsset

# What exporters write where a person would have described the image
_SAYS_NOTHING = frozenset(
    {"", "alt", "figure", "gif", "image", "img", "jpeg", "jpg", "photo", "picture", "png", "screenshot"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """A reference to an image: its file and the digest of its bytes, or why there is none."""

    path: Path | None = None
    digest: str = ""
    problem: str = ""


class Library:
    def __init__(self, folder: Folder, *, dry_run: bool) -> None:
        self.folder, self.dry_run = folder, dry_run
        self._found: dict[Path, Found] = {}
        self._refused: dict[str, str] = {}

    def find(self, reference: str, beside: str) -> Found | None:
        """None if it names nothing in this folder: an address elsewhere, or an asset."""
        try:
            parts = urlsplit(reference)
        except ValueError:
            return Found(problem=f"“{reference}” is no address of an image.")
        if parts.scheme or parts.netloc:
            return None
        path = self.folder.image(reference, beside)
        if path is None:
            return Found(problem=f"The image {reference} is not in the directory.")
        if path not in self._found:
            self._found[path] = self._look(path, reference)
        return self._found[path]

    def _look(self, path: Path, reference: str) -> Found:
        try:
            content = image_bytes(path)
        except OSError as error:
            return Found(problem=f"The image {reference} cannot be read: {error.strerror}.")
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._refused and not MediaAsset.objects.filter(sha256=digest).exists():
            try:
                images.check(content)
            except ImageRefused as error:
                self._refused[digest] = str(error)
        refusal = self._refused.get(digest)
        return Found(path, digest, f"The image {reference} was refused. {refusal}" if refusal else "")

    def asset(self, found: Found, *, alt: str = "", credit: str = "") -> MediaAsset | None:
        """The asset; None for a file that is none, and in a dry run for one that would become one now.

        Raises ImportStopped when it cannot be stored.
        """
        if found.path is None or found.problem:
            return None
        if self.dry_run:
            return MediaAsset.objects.filter(sha256=found.digest).first()
        words = "" if alt.strip().lower() in _SAYS_NOTHING or alt.strip() == found.path.name else alt
        try:
            return images.ingest(image_bytes(found.path), name=found.path.name, alt=words, credit=credit)
        except StorageUnavailable as error:
            raise ImportStopped(str(error)) from error
