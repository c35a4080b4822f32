"""Which of the imported files an internal link means."""

import posixpath
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from articles.importers.documents import Document


class Links:
    def __init__(self, documents: Iterable[Document]) -> None:
        self._keys: dict[str, str] = {}
        for document in documents:
            paths = [document.key, document.key.rpartition(".")[0], document.page]
            for path in [*paths, document.address, *document.aliases]:
                self._keys.setdefault(_normal(path), document.key)
        self._keys.pop("", None)

    def disputed(self, document: Document) -> list[str]:
        """Old addresses of the document that an earlier file has claimed."""
        addresses = dict.fromkeys([document.address, *document.aliases])
        return [path for path in addresses if path and self._keys.get(_normal(path)) != document.key]

    def target(self, href: str, document: Document) -> tuple[str, str] | None:
        """(key of the file that is meant, `#fragment` or nothing); None for a link that leads elsewhere."""
        try:
            parts = urlsplit(href)
        except ValueError:
            return None
        if parts.scheme or parts.netloc or not parts.path:
            return None
        for place in _places(unquote(parts.path), document):
            if key := self._keys.get(_normal(place)):
                return key, f"#{parts.fragment}" if parts.fragment else ""
        return None


def _places(path: str, document: Document) -> list[str]:
    """The paths that it may mean: from the file as on disk, or from the page's address as in a browser."""
    if path.startswith(("/", "@/")):
        return [path.removeprefix("@")]
    bases = (posixpath.dirname(document.key), document.page, document.address)
    return [posixpath.join("/", base.strip("/"), path) for base in bases]


def _normal(path: str) -> str:
    normal = posixpath.normpath(f"/{path}").strip("/").casefold()
    return normal.removesuffix("/index.html").removesuffix("/index")
