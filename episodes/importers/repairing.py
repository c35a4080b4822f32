"""What feeds get wrong most often, put right: the text stays the same line by line, so that reports can name lines.

Each repair says what it did. What is left alone inside CDATA is left alone.
"""

import re
from collections.abc import Callable, Iterator
from html.entities import html5

from core.xml import Refused

KNOWN = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "googleplay": "http://www.google.com/schemas/play-podcasts/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": "http://podlove.org/simple-chapters",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
NO_DOCUMENT_TYPE = "It declares a document type or entities of its own. Such a feed is not read at all."

_OPENINGS = {"<![CDATA[": "]]>", "<!--": "-->"}
_OPENING = re.compile(r"<!\[CDATA\[|<!--")
DECLARATION = re.compile(r"\A<\?xml\b[^>]{0,400}?\?>")
_DECLARATIONS = re.compile(r"<\?xml\b[^>]{0,400}?\?>")
_DOCUMENT_TYPE = re.compile(
    r"""<!DOCTYPE(?:[^\[\]<>"']|"[^"<]{0,400}"|'[^'<]{0,400}'){0,400}>""", re.IGNORECASE
)
_DECLARES = re.compile(r"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_ROOT = re.compile(r"<[A-Za-z_][\w:.-]*")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROL_REFERENCES = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));", re.I)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE_AMPERSAND = re.compile(r"&(?!#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z_][\w.-]{0,40};)")
_BARE_LESS = re.compile(r"<(?![A-Za-z_/!?])")
_PREFIX = re.compile(r"""(?:</?|\s)([A-Za-z_][\w.-]{0,40}):[A-Za-z_]""")
_OF_XML = frozenset({"amp", "apos", "gt", "lt", "quot"})
_ALWAYS_BOUND = frozenset({"xml", "xmlns"})


def repaired(text: str) -> tuple[str, list[str]]:
    """The text as XML has it, without a declaration, and a sentence for each kind of repair.

    Raises Refused for a feed that declares entities, or a document type that is more than a name.
    """
    told: list[str] = []
    if text[:1].isspace():
        told.append("White space before the XML declaration was left out.")
    text = _CONTROLS.sub(_telling(told, "Control characters were left out."), text)
    pieces = list(_pieces(text))
    for repair in (_without_declarations, _without_document_type, _references, _brackets):
        pieces = repair(pieces, told)
    return "".join(_bound(pieces, told)), told


def _pieces(text: str) -> Iterator[str]:
    """Markup and CDATA (or a comment) in turn, beginning with markup; what is not closed counts as markup."""
    position, begun = 0, 0
    unclosed: set[str] = set()  # looked for once: else many openings would take quadratic time
    while found := _OPENING.search(text, position):
        opening = found[0]
        end = -1 if opening in unclosed else text.find(_OPENINGS[opening], found.end())
        if end < 0:
            unclosed.add(opening)
            position = found.end()
            continue
        position = end + 3
        yield text[begun : found.start()]
        yield text[found.start() : position]
        begun = position
    yield text[begun:]


def _markup(pieces: list[str], change: Callable[[str], str]) -> list[str]:
    return [change(piece) if number % 2 == 0 else piece for number, piece in enumerate(pieces)]


def _telling(told: list[str], sentence: str, new: str = "") -> Callable[[re.Match[str]], str]:
    def replacement(match: re.Match[str]) -> str:
        if sentence not in told:
            told.append(sentence)
        return new

    return replacement


def _without_declarations(pieces: list[str], told: list[str]) -> list[str]:
    """The text is no bytes any more, so that it needs none; comments lose what XML does not allow in them."""
    plain = _markup(pieces, lambda piece: _DECLARATIONS.sub("", piece))
    return ["\n" * piece.count("\n") if piece.startswith("<!--") else piece for piece in plain]


def _without_document_type(pieces: list[str], told: list[str]) -> list[str]:
    plain = _markup(
        pieces,
        lambda piece: _DOCUMENT_TYPE.sub(_telling(told, "Its document type was not looked at."), piece, 1),
    )
    for number, piece in enumerate(plain[::2]):
        if found := _DECLARES.search(piece):
            line = (
                sum(part.count("\n") for part in plain[: 2 * number])
                + piece.count("\n", 0, found.start())
                + 1
            )
            raise Refused(line, NO_DOCUMENT_TYPE)
    return plain


def _references(pieces: list[str], told: list[str]) -> list[str]:
    def change(piece: str) -> str:
        if "&" not in piece:
            return piece
        piece = _CONTROL_REFERENCES.sub(_telling(told, "Control characters were left out."), piece)
        piece = _ENTITY.sub(named, piece)
        return _BARE_AMPERSAND.sub(_telling(told, "A bare & stands for &amp;.", "&amp;"), piece)

    def named(match: re.Match[str]) -> str:
        if match[1] in _OF_XML:
            return match[0]
        character = html5.get(f"{match[1]};")
        sentence = f"&{match[1]}; is an entity of HTML; in XML it was written out."
        _telling(told, sentence if character else "A bare & stands for &amp;.")(match)
        return character or f"&amp;{match[1]};"

    return _markup(pieces, change)


def _brackets(pieces: list[str], told: list[str]) -> list[str]:
    tell = _telling(told, "A bare < stands for &lt;.", "&lt;")
    return _markup(pieces, lambda piece: _BARE_LESS.sub(tell, piece))


def _bound(pieces: list[str], told: list[str]) -> list[str]:
    """Prefixes that nothing declares get their namespace at the outermost element."""
    used = {prefix for piece in pieces[::2] for prefix in _PREFIX.findall(piece)} - _ALWAYS_BOUND
    at = next((number for number in range(0, len(pieces), 2) if _ROOT.search(pieces[number])), None)
    if at is None:
        return pieces
    root = _ROOT.search(pieces[at])
    assert root
    tag = pieces[at][root.start() : pieces[at].find(">", root.start()) + 1 or None]
    missing = sorted(prefix for prefix in used if not re.search(rf"\sxmlns:{re.escape(prefix)}\s*=", tag))
    unbound = [prefix for prefix in missing if not _declared_below(prefix, pieces)]
    if unbound:
        told.append(
            f"Nothing declares the prefix {', '.join(unbound[:10])}: it was taken for what it is everywhere."
        )
    declared = "".join(
        f' xmlns:{prefix}="{KNOWN.get(prefix, f"urn:x-unknown:{prefix}")}"' for prefix in missing
    )
    piece = pieces[at]
    return [*pieces[:at], f"{piece[: root.end()]}{declared}{piece[root.end() :]}", *pieces[at + 1 :]]


def _declared_below(prefix: str, pieces: list[str]) -> bool:
    return any(f"xmlns:{prefix}=" in piece for piece in pieces[::2])
