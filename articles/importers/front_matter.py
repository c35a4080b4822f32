"""What stands before a text: fields in YAML (`---`) or TOML (`+++`).

All values become text, lists and mappings of text: `1.10` stays a version, and no YAML tag makes an object.
"""

import re
import tomllib
from typing import Any

import yaml

from core.importing import ItemFailed

MAX_CHARACTERS = 64_000

type Fields = dict[str, Any]

_FENCE = re.compile(r"(---|\+\+\+)[ \t]*\n")


def split(text: str) -> tuple[Fields, str]:
    """The fields, with names in lower case, and the text after them; no fields if there is no front matter.

    Raises ItemFailed with the line.
    """
    opening = _FENCE.match(text)
    if not opening:
        return {}, text
    fence = re.escape(opening[1]) + (r"|\.\.\." if opening[1] == "---" else "")
    closing = re.compile(rf"^(?:{fence})[ \t]*$\n?", re.MULTILINE).search(text, opening.end())
    if not closing:
        raise ItemFailed(f"The front matter begins in line 1 and is never closed with {opening[1]}.")
    written = text[opening.end() : closing.start()]
    if len(written) > MAX_CHARACTERS:
        raise ItemFailed(f"The front matter is longer than {MAX_CHARACTERS:,} characters.")
    fields = _toml(written) if opening[1] == "+++" else _yaml(written)
    return {str(name).lower(): value for name, value in fields.items()}, text[closing.end() :]


def _toml(written: str) -> Fields:
    try:
        return {name: _as_text(value) for name, value in tomllib.loads(written).items()}
    except tomllib.TOMLDecodeError as error:
        # The parser counts from the line after the fence
        why = re.sub(r"(?<=at line )\d+", lambda line: str(int(line[0]) + 1), str(error))
        raise ItemFailed(f"The front matter is not TOML: {why}.") from error
    except (RecursionError, ValueError) as error:
        raise ItemFailed("The front matter is not usable TOML.") from error


def _yaml(written: str) -> Fields:
    try:
        fields = yaml.load(written, Loader=_PlainLoader)  # noqa: S506 - it builds text, lists and mappings alone
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 2}" if error.problem_mark else ""
        raise ItemFailed(f"The front matter is not YAML: {error.problem or error.context}{line}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ItemFailed(f"The front matter is not YAML: {error}.") from error
    if fields in (None, ""):
        return {}
    if not isinstance(fields, dict):
        raise ItemFailed(
            "The front matter is not a list of fields, each with its name, a colon and its value."
        )
    return fields


class _PlainLoader(yaml.BaseLoader):
    """Without aliases: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not possible here", problem_mark=mark)
        return super().compose_node(parent, index)


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
