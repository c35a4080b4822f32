"""Code: coloured by Pygments with a dozen classes of ours, scrollable by keyboard, with a title and marked lines."""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import groupby
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token as Kind
from pygments.token import _TokenType as TokenType

from core.markdown.limits import Budget

ROLES = ("c", "k", "s", "m", "nf", "nc", "na", "nb", "se", "gh", "gd", "gi", "err")
"""Comment, keyword, string, number, function, class, attribute, built-in, escape, heading, removed, added, error."""

_ROLE_OF: dict[TokenType, str] = {
    Kind.Comment: "c",
    Kind.Keyword: "k",
    Kind.Keyword.Constant: "m",
    Kind.Keyword.Type: "nc",
    Kind.Literal.Number: "m",
    Kind.Literal.String: "s",
    Kind.Literal.String.Escape: "se",
    Kind.Literal.String.Interpol: "se",
    Kind.Name.Attribute: "na",
    Kind.Name.Builtin: "nb",
    Kind.Name.Class: "nc",
    Kind.Name.Constant: "m",
    Kind.Name.Decorator: "na",
    Kind.Name.Entity: "se",
    Kind.Name.Exception: "nc",
    Kind.Name.Function: "nf",
    Kind.Name.Namespace: "nc",
    Kind.Name.Tag: "k",
    Kind.Operator.Word: "k",
    Kind.Generic.Deleted: "gd",
    Kind.Generic.Error: "err",
    Kind.Generic.Heading: "gh",
    Kind.Generic.Inserted: "gi",
    Kind.Generic.Prompt: "c",
    Kind.Generic.Subheading: "gh",
    Kind.Generic.Traceback: "err",
}
# Each of these was run against hostile input; some of Pygments' other five hundred take minutes
LANGUAGES = frozenset(
    """
    apache bash batch c c# c++ clojure cmake console cpp cs csharp css dart diff django docker dockerfile
    elixir erlang fish fsharp go graphql groovy haskell hcl html html+django html+jinja http ini java
    javascript jinja js json json5 jsx julia kotlin latex less lisp lua make makefile markdown md nginx
    nim nix objc ocaml perl php postgres postgresql powershell proto protobuf ps1 py pycon pytb python
    python3 r rb rs rst ruby rust sass scala scss sh shell sql swift terraform tex toml ts tsx typescript
    vim wast xml yaml yml zig zsh
    """.split()  # noqa: SIM905 - one word a line would fill two screens
)
_LONGEST = 10_000
_LONGEST_LINE = 300
_LANGUAGE = re.compile(r"\s*\{?\.?([A-Za-z0-9+#.-]{1,30})")
_OPTION = re.compile(r'(title|hl_lines)\s*=\s*(?:"([^"]*)"|\'([^\']*)\'|([^\s}]+))')
_MOST_LINES = 400
_STRANGE = re.compile(r"(?:\n[^\S\n]*){5}|(?<![\w.])(?:[\w.]+\s+){80}")


def plugin(md: MarkdownIt) -> None:
    md.add_render_rule("fence", _fence)
    md.add_render_rule("code_block", _fence)


def _fence(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    info = unescapeAll(token.info)
    written = {match[1]: match[2] or match[3] or match[4] or "" for match in _OPTION.finditer(info)}
    language = language_of(info)
    lines = _lines(token.content, language, env["page"].budget)
    marked = _numbers(written.get("hl_lines", ""))
    code = "".join(
        f'<span class="hll">{line}</span>' if n in marked else line for n, line in enumerate(lines, 1)
    )
    attribute = f' data-language="{escape(language)}"' if language else ""
    title = f'<p class="code-title">{escape(written["title"])}</p>' if written.get("title") else ""
    return f'<code-block class="code"{attribute}>{title}<pre tabindex="0"><code>{code}</code></pre></code-block>\n'


def language_of(info: str) -> str:
    """What a fence names as its language, in lower case; "" if it names none."""
    match = _LANGUAGE.match(info)
    return match[1].lower() if match and not _OPTION.match(info.strip()) else ""


def _lines(code: str, language: str, budget: Budget) -> list[str]:
    """The code as HTML, one string a line with its line end."""
    if not (language in LANGUAGES and _is_ordinary(code) and budget.highlight(len(code))):
        return escape(code, quote=False).splitlines(keepends=True)
    lines = [""]
    for role, words in _runs(_lexer(language), code):
        html = escape(words.removesuffix("\n"), quote=False)
        lines[-1] += f'<span class="{role}">{html}</span>' if role and words.strip() else html
        if words.endswith("\n"):
            lines[-1] += "\n"
            lines.append("")
    return lines


def _is_ordinary(code: str) -> bool:
    """Whether Pygments may see it: its expressions take minutes over long lines, many empty ones or words in a row."""
    if len(code) > _LONGEST or _STRANGE.search(code):
        return False
    lines = code.split("\n")
    return len(lines) <= _MOST_LINES and max(map(len, lines)) <= _LONGEST_LINE


def _runs(lexer: Lexer, code: str) -> Iterator[tuple[str, str]]:
    """(role, words) with neighbours of one role joined, never across a line end."""
    pieces = (
        (_role(kind), line)
        for kind, words in lexer.get_tokens(code)
        for line in words.splitlines(keepends=True)
    )
    for role, group in groupby(_by_line(pieces), key=lambda piece: piece[:2]):
        yield role[0], "".join(words for _, _, words in group)


def _by_line(pieces: Iterator[tuple[str, str]]) -> Iterator[tuple[str, int, str]]:
    number = 0
    for role, words in pieces:
        yield role, number, words
        number += words.endswith("\n")


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False)


@cache
def _role(kind: TokenType) -> str:
    """The role of the nearest kind that has one, "" for plain text."""
    while kind is not Kind:
        if kind in _ROLE_OF:
            return _ROLE_OF[kind]
        assert kind.parent is not None
        kind = kind.parent
    return ""


def _numbers(written: str) -> set[int]:
    """Line numbers of `2 4-6`, counted from 1."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d{1,4})(?:-(\d{1,4}))?", written[:200]):
        found.update(range(int(first), min(int(last or first), _MOST_LINES) + 1))
    return found
