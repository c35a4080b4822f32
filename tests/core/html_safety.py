"""What must never be in HTML that a reader gets, judged without a look at the sanitiser's own lists."""

import re
from collections import Counter
from html.parser import HTMLParser

from core.markdown import EMBED_HOSTS, RESERVED_IDS

TAGS = set(
    """
    a abbr aside b bdi blockquote br caption cite code code-block col colgroup dd del details dfn div dl dt em
    figcaption figure h2 h3 h4 h5 h6 hr i img input ins kbd li lite-embed mark ol p picture pre q rp rt ruby s samp section
    small source span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
    """.split()  # noqa: SIM905
)
ATTRIBUTES = set(
    """
    alt aria-label checked cite class colspan data-language data-src data-title datetime decoding dir disabled height
    href hreflang id lang loading open rel reversed role rowspan scope sizes src srcset start tabindex title type value width
    """.split()  # noqa: SIM905
)
OWN_ORIGINS = ("http://testserver/", "https://media.example/")


def problems(html: str) -> list[str]:
    """Everything wrong with it, in words; empty when it is safe."""
    reader = _Reader(convert_charrefs=True)
    reader.feed(html)
    reader.close()
    repeated = [f"id {identity!r} {times} times" for identity, times in reader.ids.items() if times > 1]
    control = re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", html)
    return reader.problems + repeated + [f"character {character!r}" for character in control]


class _Reader(HTMLParser):
    def reset(self) -> None:
        super().reset()
        self.problems: list[str] = []
        self.ids: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.problems.append(f"<{tag}>")
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and not (given.get("type") == "checkbox" and "disabled" in given):
            self.problems.append("an input that can be used")
        for name, value in given.items():
            if name not in ATTRIBUTES:
                self.problems.append(f"<{tag} {name}>")
            self._check_value(tag, name, value)

    def handle_comment(self, data: str) -> None:
        self.problems.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.problems.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.problems.append(f"instruction {data!r}")

    def _check_value(self, tag: str, name: str, value: str) -> None:
        if name in ("href", "cite") and _scheme(value) not in ("", "http", "https", "mailto", "tel"):
            self.problems.append(f"scheme of {value!r}")
        if name == "src" and not (value.startswith(OWN_ORIGINS) or re.match(r"/(?![/\\\s])", value)):
            self.problems.append(f"picture from {value!r}")
        if name == "srcset" and not all(one.strip().startswith(OWN_ORIGINS) for one in value.split(",")):
            self.problems.append(f"picture from {value!r}")
        if name == "data-src" and not value.startswith(tuple(f"{host}/" for host in EMBED_HOSTS)):
            self.problems.append(f"player from {value!r}")
        if name == "id":
            self.ids[value] += 1
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) or value in RESERVED_IDS:
                self.problems.append(f"id {value!r}")
        if name == "class" and not re.fullmatch(r"[a-z0-9-]+( [a-z0-9-]+)*", value):
            self.problems.append(f"class {value!r}")


def _scheme(url: str) -> str:
    """As a browser sees it: without leading control characters, and without tabs and line ends anywhere."""
    bare = re.sub(r"[\t\r\n]", "", url).lstrip("".join(map(chr, range(0x21))))
    match = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", bare)
    return match[1].lower() if match else ""
