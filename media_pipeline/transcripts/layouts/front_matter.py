"""The YAML between two lines of dashes at a file's beginning: some fields of it, never a reason to refuse a text."""

from typing import Any

import yaml

from media_pipeline.transcripts.source import Source

Fields = dict[str, Any]

_FENCE = "---"
_MOST_DEEP = 8


def taken_off(source: Source) -> tuple[Fields, int]:
    """The fields, everything in them text, list or mapping, and the index of the first line after them."""
    if source.lines[0].rstrip() != _FENCE:
        return {}, 0
    end = next((index for index, line in enumerate(source.lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        return {}, 0
    return _fields(source, "\n".join(source.lines[1:end])), end + 1


def _fields(source: Source, text: str) -> Fields:
    try:
        _bounded(text)
        fields = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - it builds text, lists and mappings alone
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        source.notices.add(line, f"The front matter cannot be read: {error.problem}.")
    except yaml.YAMLError as error:
        source.notices.add(1, f"The front matter cannot be read: {str(error)[:200]}.")
    else:
        return fields if isinstance(fields, dict) else {}
    return {}


def _bounded(text: str) -> None:
    """Refuse aliases, which multiply, and depth, which exhausts the stack that builds it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_DEEP or isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("it is nested too deep or has aliases")
