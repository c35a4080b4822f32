"""The allow-list: whatever is not named here does not reach a reader."""

import re
from collections.abc import Callable

import nh3

from core.markdown import addresses
from core.markdown.admonitions import KINDS
from core.markdown.embeds import EMBED_CLASSES, EMBED_HOSTS
from core.markdown.ids import RESERVED_IDS, VALID
from core.markdown.limits import replace_unusable
from core.markdown.listings import ROLES
from core.markdown.page import Page

URL_SCHEMES = {"http", "https", "mailto", "tel"}
VOID = frozenset({"br", "col", "hr", "img", "input", "source", "wbr"})
REOPENED = frozenset({"b", "code", "em", "i", "s", "small", "strong", "u"})
"""Elements that browsers reopen in every following paragraph when they are left open (HTML: active formatting)."""
WITHOUT_CONTENT = frozenset(
    """
    applet iframe math noembed noframes noscript object script select style svg template textarea title
    xmp
    """.split()  # noqa: SIM905 - word lists, to be read as such
)

_INLINE = frozenset(
    """
    abbr b bdi cite code del dfn em i ins kbd mark q s samp small strong sub sup u var
    """.split()  # noqa: SIM905
)
_PLAIN = _INLINE | frozenset(
    """
    aside blockquote br caption col colgroup dd details div dl dt figcaption figure h2 h3 h4 h5 h6 hr li p
    pre rp rt ruby section span summary table tbody tfoot thead tr wbr
    """.split()  # noqa: SIM905
)
_EVERYWHERE = frozenset({"class", "dir", "id", "lang", "title"})
RAW_ATTRIBUTES: dict[str, frozenset[str]] = dict.fromkeys(_PLAIN, _EVERYWHERE) | {
    "a": _EVERYWHERE | {"href", "hreflang", "rel"},
    "blockquote": _EVERYWHERE | {"cite"},
    "del": _EVERYWHERE | {"datetime"},
    "details": _EVERYWHERE | {"open"},
    "img": frozenset({"alt", "class", "height", "src", "title", "width"}),
    "ins": _EVERYWHERE | {"datetime"},
    "li": _EVERYWHERE | {"value"},
    "ol": _EVERYWHERE | {"reversed", "start"},
    "td": _EVERYWHERE | {"colspan", "rowspan"},
    "th": _EVERYWHERE | {"colspan", "rowspan", "scope"},
    "time": _EVERYWHERE | {"datetime"},
    "ul": _EVERYWHERE,
}
"""Elements an author may write as HTML, each with its attributes."""

_OURS: dict[str, set[str]] = {
    "a": {"aria-label"},
    "code-block": {"data-language"},
    "div": {"aria-label"},
    "img": {"decoding", "loading", "sizes", "srcset"},
    "input": {"aria-label", "checked", "disabled"},
    "lite-embed": {"data-src", "data-title"},
    "picture": set(),
    "section": {"aria-label"},
    "source": {"sizes", "srcset"},
}
_VALUES: dict[str, dict[str, set[str]]] = {
    "a": {"rel": {"noopener", "noopener nofollow ugc"}, "role": {"doc-backlink", "doc-noteref"}},
    "aside": {"role": {"note"}},
    "div": {"role": {"region"}, "tabindex": {"0"}},
    "input": {"type": {"checkbox"}},
    "pre": {"tabindex": {"0"}},
    "section": {"role": {"doc-endnotes"}},
    "source": {"type": {"image/avif", "image/webp"}},
}
CLASSES: dict[str, set[str]] = {
    "a": {"anchor", "footnote-back", "outside-image"},
    "aside": {"admonition", *KINDS},
    "blockquote": {"pullquote"},
    "code-block": {"code"},
    "details": {"admonition", *KINDS},
    "div": {"table"},
    "figure": {"embed", "figure", "full", "wide", *EMBED_CLASSES},
    "input": {"task-list-item-checkbox"},
    "li": {"task-list-item"},
    "ol": {"contains-task-list"},
    "p": {"admonition-title", "code-title"},
    "section": {"footnotes"},
    "span": {"credit", "missing-image", "outside-image", "hll", *ROLES},
    "summary": {"admonition-title"},
    "sup": {"footnote-ref"},
    "td": {"ta-center", "ta-left", "ta-right"},
    "th": {"ta-center", "ta-left", "ta-right"},
    "ul": {"contains-task-list"},
}


def clean(html: str, page: Page) -> str:
    """The HTML of a whole page with nothing in it that is not on the list."""
    pictures = {address for image in page.images.values() for address in image.addresses}
    focal = {name for image in page.images.values() for name in image.focal_class.split()}
    cleaned = nh3.clean(
        replace_unusable(html),
        tags=_TAGS,
        clean_content_tags=set(WITHOUT_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(pictures),
        link_rel=None,
        tag_attribute_values=_VALUES,
        url_schemes=URL_SCHEMES,
        allowed_classes=CLASSES | {"img": focal},
    )
    # The parser turns references such as &#1; into characters
    return replace_unusable(cleaned)


def clean_inline(html: str) -> str:
    """Words with emphasis only: no links, no blocks, no attributes."""
    cleaned = nh3.clean(
        replace_unusable(html),
        tags=set(_INLINE),
        clean_content_tags=set(WITHOUT_CONTENT),
        attributes={},
        link_rel=None,
    )
    return replace_unusable(cleaned).strip()


_TAGS = set(RAW_ATTRIBUTES) | set(_OURS)
_ATTRIBUTES = {
    tag: set(RAW_ATTRIBUTES.get(tag, ())) - {"class", "rel"} | _OURS.get(tag, set()) for tag in _TAGS
}


def _filter(pictures: set[str]) -> Callable[[str, str, str], str | None]:
    seen: set[str] = set()

    def check(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "id":
            allowed = bool(VALID.fullmatch(value)) and value not in RESERVED_IDS and value not in seen
            seen.add(value)
        elif attribute == "srcset":
            allowed = all(candidate.split(" ")[0] in pictures for candidate in value.split(", "))
        elif attribute in _CHECKS:
            allowed = _CHECKS[attribute](value)
        elif attribute == "src":
            allowed = value in pictures or addresses.is_own_file(value)
        else:
            allowed = True
        return value if allowed else None

    return check


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,5}", value))


def _is_player(value: str) -> bool:
    return value.startswith("https://") and addresses.origin(value) in EMBED_HOSTS


_CHECKS: dict[str, Callable[[str], bool]] = {
    "colspan": _is_number,
    "data-language": lambda value: bool(re.fullmatch(r"[a-z0-9+#.-]{1,30}", value)),
    "data-src": _is_player,
    "height": _is_number,
    "rowspan": _is_number,
    "sizes": lambda value: bool(re.fullmatch(r"[a-z0-9 .,():*-]{1,600}", value)),
    "start": _is_number,
    "value": _is_number,
    "width": _is_number,
}
