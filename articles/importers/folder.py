"""A directory with Markdown files and their images. Nothing outside of it is ever read, by whichever path or link."""

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.importing import ItemFailed, Unreadable
from core.markdown.limits import MAX_BYTES
from media_pipeline.images.reencoding import MAX_BYTES as MAX_IMAGE_BYTES

_MARKDOWN = (".md", ".markdown")
_LIST_PAGE = "_index.md"
_FOR_ABSOLUTE = ("", "static", "public")  # where generators look for /img/x.png


class Folder:
    def __init__(self, directory: str) -> None:
        """Raises Unreadable."""
        path = Path(directory)
        if not path.exists():
            raise Unreadable(directory, "There is no such directory.")
        if not path.is_dir():
            raise Unreadable(directory, "This is not a directory.")
        self.root = path.resolve()
        self.unreadable: list[str] = []  # directories, known after files()

    @property
    def name(self) -> str:
        return self.root.name

    def files(self) -> Iterator[str]:
        """The keys (paths below the directory) of all Markdown files, in order; hidden directories are passed over."""
        for directory, below, names in os.walk(self.root, onerror=self._remember):
            below[:] = sorted(name for name in below if not name.startswith(".") and name != "node_modules")
            for name in sorted(names):
                if name.lower().endswith(_MARKDOWN) and not name.startswith("."):
                    yield Path(directory, name).relative_to(self.root).as_posix()

    def _remember(self, error: OSError) -> None:
        self.unreadable.append(Path(error.filename).relative_to(self.root).as_posix())

    def text(self, key: str) -> str:
        """A file's text with plain line ends and no byte order mark. Raises ItemFailed."""
        try:
            path = self._inside(key)
            data = path.read_bytes() if path and path.stat().st_size <= MAX_BYTES else None
        except OSError as error:
            raise ItemFailed(f"The file cannot be read: {error.strerror}.") from error
        if path is None:
            raise ItemFailed("The file is a link that leads out of the directory, or not a plain file.")
        if data is None:
            raise ItemFailed(f"The file is larger than {MAX_BYTES:,} bytes.")
        return _decoded(data)

    def image(self, reference: str, beside: str) -> Path | None:
        """The file an image reference names, as written in the file with the key `beside`; None if there is none here."""
        try:
            path = unquote(urlsplit(reference).path)
        except ValueError:
            return None
        if not path or "\0" in path:
            return None
        if path.startswith("/"):
            places = [posixpath.join(place, path.lstrip("/")) for place in _FOR_ABSOLUTE]
        else:
            places = [posixpath.join(posixpath.dirname(beside), path)]
        for place in places:
            try:
                if found := self._inside(posixpath.normpath(place)):
                    return found
            except OSError:  # a name that no file can have
                continue
        return None

    def _inside(self, key: str) -> Path | None:
        """The plain file with that key; letter case in its name does not matter, as on the machines of many authors."""
        if key.startswith("../") or key == "..":
            return None
        path = self.root / key
        if not path.exists():
            alike = path.name.casefold()
            path = next((each for each in _entries(path.parent) if each.name.casefold() == alike), path)
        resolved = path.resolve()
        return resolved if resolved.is_relative_to(self.root) and resolved.is_file() else None


def image_bytes(path: Path) -> bytes:
    """At most one byte more than an image may have."""
    with path.open("rb") as file:
        return file.read(MAX_IMAGE_BYTES + 1)


def is_list_page(key: str) -> bool:
    """`_index.md` describes a list of articles in Hugo and Zola, and is none itself."""
    return posixpath.basename(key).lower() == _LIST_PAGE


def _entries(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.is_dir() else []


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ItemFailed(f"The file is not UTF-8: byte {data[error.start]:#04x} in line {line}.") from error
    if "\0" in text:
        raise ItemFailed("The file is not text: it holds NUL characters.")
    return re.sub(r"\r\n?", "\n", text)
