"""Shortcodes of Hugo (`{{< name ... >}}`) and Zola (`{{ name(...) }}`) as Markdown, as far as that is possible.

Pictures, players and references become what they stand for. Of others the text between their tags stays, as a
listing if it is data for a program; what has no text is shown as code, so that an editor sees what is missing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

from articles.importers import front_matter
from core.importing import ItemFailed
from core.markdown.rewriting import code_spans

type Arguments = dict[str, str]

# Bounded: a long text full of openings without an end must not be searched to its end from each of them
_ARGUMENT = r"""(?:"(?:[^"\\]|\\.){0,2000}"|`[^`]{0,2000}`|'[^']{0,2000}'|[^"'`>%{}]|[>%](?!\}\}))"""
_HUGO = re.compile(
    rf"\{{\{{[<%]\s*(?P<close>/?)\s*(?P<name>[\w/.-]+)(?P<arguments>{_ARGUMENT}{{0,500}}?)\s*/?\s*[%>]\}}\}}"
)
_ZOLA = re.compile(
    rf"\{{(?:\{{|%)\s*(?P<name>\w+)\((?P<arguments>{_ARGUMENT}{{0,500}}?)\)\s*(?:\}}|%)\}}|\{{%\s*(?P<close>end)\s*%\}}"
)
_ONE = re.compile(r"""(?:([\w-]+)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|'([^']*)'|([^\s"'`=,]+))""")
_ESCAPED = re.compile(r"\{\{(<|%)/\*(.*?)\*/(>|%)\}\}")
_MOST_INNER = 50_000


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    arguments: Arguments
    closes: bool
    start: int
    end: int


def replace(source: str) -> str:
    """The text without shortcodes; in listings they stay. May raise MarkdownTooComplex."""
    if "{{" not in source and "{%" not in source:
        return source
    edits: dict[tuple[int, int], str] = {}
    covered = 0
    tags = _tags(source)
    for index, tag in enumerate(tags):
        if tag.start < covered:
            continue
        closing = _closing(tag, tags[index + 1 :])
        for (start, end), words in _edits(source, tag, closing):
            edits.setdefault((start, end), words)
            covered = max(covered, end) if closing and start < closing.start < end else covered
    for (start, end), words in sorted(edits.items(), reverse=True):
        source = source[:start] + words + source[end:]
    return _ESCAPED.sub(r"{{\1\2\3}}", source)


def _tags(source: str) -> list[_Tag]:
    code = code_spans(source)
    found = [*_HUGO.finditer(source), *_ZOLA.finditer(source)]
    outside = (match for match in found if not any(start <= match.start() < end for start, end in code))
    return sorted((_tag(match) for match in outside), key=lambda tag: tag.start)


def _tag(match: re.Match[str]) -> _Tag:
    arguments: Arguments = {}
    for number, (name, *values) in enumerate(_ONE.findall(match["arguments"] or "")):
        arguments[name or str(number)] = re.sub(r"\\(.)", r"\1", "".join(values))
    return _Tag((match["name"] or "").lower(), arguments, bool(match["close"]), *match.span())


def _closing(tag: _Tag, later: list[_Tag]) -> _Tag | None:
    names = (tag.name, "")  # Zola closes everything with a nameless `end`
    return (
        None if tag.closes else next((other for other in later if other.closes and other.name in names), None)
    )


def _edits(source: str, tag: _Tag, closing: _Tag | None) -> Iterator[tuple[tuple[int, int], str]]:
    whole = source[tag.start : tag.end]
    if tag.closes:
        yield (tag.start, tag.end), ""
    elif tag.name in _KNOWN and (words := _KNOWN[tag.name](tag.arguments)):
        yield (tag.start, tag.end), words
    elif closing and tag.name == "highlight":
        yield (tag.start, tag.end), f"```{tag.arguments.get('0', '')}"
        yield (closing.start, closing.end), "```"
    elif closing and _is_data(source[tag.end : closing.start]):
        yield (tag.start, closing.end), f"```yaml\n{source[tag.end : closing.start].strip('\n')}\n```"
    elif closing or not tag.arguments:
        yield (tag.start, tag.end), ""
    else:
        yield (tag.start, tag.end), f"`{whole.replace('`', chr(39))}`"


def _is_data(inner: str) -> bool:
    if len(inner) > _MOST_INNER or not re.match(r"\s*[\w-]+:\s*\n", inner):
        return False
    try:
        front_matter.split(f"---\n{inner}\n---\n")
    except (ItemFailed, yaml.YAMLError):
        return False
    return True


def _figure(arguments: Arguments) -> str:
    src = arguments.get("src") or arguments.get("0") or arguments.get("path", "")
    caption = arguments.get("caption") or arguments.get("title") or ""
    alt = re.sub(r"([\[\]])", r"\\\1", arguments.get("alt") or caption)
    title = ' "{}"'.format(caption.replace('"', '\\"')) if caption else ""
    image = f"![{alt}](<{src}>{title})"
    link = arguments.get("link")
    return "" if not src else f"[{image}](<{link}>)" if link else image


def _player(address: str) -> Callable[[Arguments], str]:
    def words(arguments: Arguments) -> str:
        identity = arguments.get("id") or arguments.get("0", "")
        return f"\n\n{address}{identity}\n\n" if re.fullmatch(r"[\w-]+", identity) else ""

    return words


def _gist(arguments: Arguments) -> str:
    return (
        f"<https://gist.github.com/{arguments['0']}/{arguments['1']}>"
        if {"0", "1"} <= arguments.keys()
        else ""
    )


def _post(arguments: Arguments) -> str:
    user, identity = arguments.get("user") or arguments.get("0"), arguments.get("id") or arguments.get("1")
    return f"<https://x.com/{user}/status/{identity}>" if user and identity else ""


def _reference(arguments: Arguments) -> str:
    return arguments.get("path") or arguments.get("0", "")


_KNOWN: dict[str, Callable[[Arguments], str]] = {
    "figure": _figure,
    "img": _figure,
    "image": _figure,
    "youtube": _player("https://www.youtube.com/watch?v="),
    "vimeo": _player("https://vimeo.com/"),
    "gist": _gist,
    "tweet": _post,
    "x": _post,
    "ref": _reference,
    "relref": _reference,
}
