"""The only XML parser: for what strangers send. It declares nothing, expands nothing and fetches nothing."""

from io import BytesIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

__all__ = ["ContentHandler", "Refused", "read"]


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
        if isinstance(error, UnicodeError | LookupError):
            raise Refused(1, f"Its encoding cannot be read: {error}.") from error
        raise
