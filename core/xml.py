"""The only XML parser: for what strangers send. It declares nothing, expands nothing and fetches nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

__all__ = ["ContentHandler", "Element", "Refused", "read", "tree"]


class Refused(ValueError):
    """`Refused(line, sentence)`: this is no XML, or XML with a document type or entities of its own."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def read(data: bytes, handler: ContentHandler) -> None:
    """Tell `handler` of every element, with namespaces (`startElementNS` and the like).

    The handler's locator knows the line; whatever the handler raises goes through. Raises Refused.
    """
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    try:
        parser.parse(BytesIO(data))
    except SAXParseException as error:
        raise Refused(
            error.getLineNumber() or 1, f"This is no well-formed XML: {error.getMessage()}."
        ) from error
    except DefusedXmlException as error:
        line = parser.getLineNumber() or 1
        raise Refused(line, "A document type and entities of its own are not possible here.") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeError | LookupError) or str(error).startswith("multi-byte encodings"):
            raise Refused(1, f"Its encoding cannot be read: {error}.") from error
        raise


@dataclass(slots=True)
class Element:
    """One element of a document. `text` is its own, without that of its children."""

    namespace: str  # an address, or "" for none
    name: str  # without a prefix
    line: int
    attributes: dict[tuple[str, str], str]  # (namespace, name) -> value
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def get(self, name: str, namespace: str = "") -> str:
        """An attribute's value, without blanks around it; "" if it is not there."""
        return self.attributes.get((namespace, name), "").strip()

    def all(self, name: str, namespace: str = "") -> "Iterator[Element]":
        """The children of this name."""
        return (child for child in self.children if (child.namespace, child.name) == (namespace, name))

    def first(self, name: str, namespace: str = "") -> "Element | None":
        return next(self.all(name, namespace), None)

    def text_of(self, name: str, namespace: str = "") -> str:
        """The text of the first child of this name, without blanks around it; "" if there is none."""
        child = self.first(name, namespace)
        return child.text.strip() if child else ""


def tree(data: bytes) -> Element:
    """The whole document as its outermost element. Deeper than 100 levels, or more than 2,000,000 elements, is Refused."""
    handler = _Tree()
    read(data, handler)
    assert handler.root is not None  # a document without an element is not well-formed
    return handler.root


class _Tree(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._open: list[Element] = []
        self._text: list[list[str]] = []
        self._count = 0
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        self._locator = locator

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        line, self._count = self._locator.getLineNumber() or 1, self._count + 1
        if len(self._open) >= 100 or self._count > 2_000_000:
            raise Refused(line, "This document is nested too deeply, or too large.")
        attributes = {(space or "", local): value for (space, local), value in attrs.items()}
        element = Element(name[0] or "", name[1], line, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self.root = self.root or element
        self._open.append(element)
        self._text.append([])

    def characters(self, content: str) -> None:
        self._text[-1].append(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        self._open.pop().text = "".join(self._text.pop())
