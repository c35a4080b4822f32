"""Static files that are made, not written: web fonts from the font packages, and a stylesheet of generated classes.

They are built into `var/build` once for each state of their sources, and found by `collectstatic` and the development
server through `GeneratedFinder`. `manage.py build_assets` builds them ahead of time.
"""

import fcntl
import hashlib
import importlib.metadata
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from fontTools import subset

from core.generated_css import stylesheet

# served name -> package, file inside it, axes of the variable font that are kept whole
FONTS = {
    "newsreader.woff2": ("fontpkg-newsreader", "Newsreader[opsz,wght].ttf"),
    "newsreader-italic.woff2": ("fontpkg-newsreader", "Newsreader-Italic[opsz,wght].ttf"),
    "instrument-sans.woff2": ("fontpkg-instrument-sans", "InstrumentSans[wdth,wght].ttf"),
    "jetbrains-mono.woff2": ("fontpkg-jetbrains-mono", "JetBrainsMono[wght].ttf"),
}
# Latin with its extensions, punctuation, arrows, currency and a few symbols; other scripts fall back to system fonts
RANGES = "U+0000-024F,U+02B0-02FF,U+1E00-1EFF,U+2000-206F,U+2070-209F,U+20A0-20BF,U+2100-214F,U+2190-2199,U+2212,U+2260-2265"


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
    versions = [importlib.metadata.version(package) for package, _ in FONTS.values()]
    sources = [stylesheet(), RANGES, Path(__file__).read_text(), *versions]
    return hashlib.blake2b("\0".join(sources).encode(), digest_size=8).hexdigest()


def _make(directory: Path) -> None:
    (directory / "fonts").mkdir()
    (directory / "css").mkdir()
    for name, (package, file) in FONTS.items():
        _subset(_font_file(package, file), directory / "fonts" / name)
    (directory / "css" / "generated.css").write_text(stylesheet())


def _font_file(package: str, name: str) -> Path:
    files = importlib.metadata.files(package) or []
    return Path(str(next(f for f in files if f.name == name).locate()))


def _subset(source: Path, target: Path) -> None:
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True, hinting=False)
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(RANGES))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


class GeneratedFinder(BaseFinder):
    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if not path.startswith(("fonts/", "css/generated")):
            return [] if find_all else None
        found = build() / path
        matches = [str(found)] if found.is_file() else []
        return matches if find_all else (matches[0] if matches else None)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        root = build()
        storage = FileSystemStorage(location=root)
        for file in sorted(root.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(root)), storage
