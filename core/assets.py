"""Static files that are made, not written: web fonts from the font packages, and a stylesheet of generated classes.

They are built into `var/build` once for each state of their sources, and found by `collectstatic` and the development
server through `GeneratedFinder`. `manage.py build_assets` builds them ahead of time.
"""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

from core import fonts
from core.generated_css import stylesheet


def build() -> Path:
    """The directory with all generated files, made if the sources changed. Safe to call from several processes."""
    root = Path(settings.VAR_DIR) / "build"
    root.mkdir(parents=True, exist_ok=True)
    target = root / _fingerprint()
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            made = Path(tempfile.mkdtemp(dir=root))
            _make(made)
            made.chmod(0o755)
            made.rename(target)
            for old in root.iterdir():
                if old.is_dir() and old != target:
                    shutil.rmtree(old)
    return target


def _fingerprint() -> str:
    sources = [Path(fonts.__file__).read_text(), *fonts.versions(), stylesheet()]
    return hashlib.blake2b("\0".join(sources).encode(), digest_size=8).hexdigest()


def _make(directory: Path) -> None:
    (directory / "fonts").mkdir()
    fonts.build(directory / "fonts")
    (directory / "css").mkdir()
    (directory / "css" / "generated.css").write_text(stylesheet())


class GeneratedFinder(BaseFinder):
    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if not path.startswith(("fonts/", "css/generated")):
            return []
        found = build() / path
        matches = [str(found)] if found.is_file() else []
        return matches[0] if matches and not find_all else matches

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        root = build()
        storage = FileSystemStorage(location=root)
        for file in sorted(root.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(root)), storage
