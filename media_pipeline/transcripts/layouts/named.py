"""`Name: text`, or `Name:` on a line of its own, without times."""

from collections import Counter

from media_pipeline.transcripts import speakers
from media_pipeline.transcripts.layouts.page import Head, Layout, Line, share

_OFTEN = 3  # a label in small letters (a nickname) must come again to count


def layout(lines: list[Line]) -> Layout | None:
    found = [_label(line.text) for line in lines]
    labels = Counter(filter(None, found))
    proper = {label: times for label, times in labels.items() if speakers.is_label(label)}
    most = share(sum(proper.values()), lines) >= 0.5
    names = {label for label, times in proper.items() if times > 1 or most}
    names |= {label for label, times in labels.items() if times >= _OFTEN and label.isalnum()}
    if not names or (sum(labels[name] for name in names) < _OFTEN and not most):
        return None
    return Layout(
        "named", lines, [_head(line.text, label, names) for line, label in zip(lines, found, strict=True)]
    )


def _head(text: str, label: str, names: set[str]) -> Head | None:
    return Head(None, None, label, text[len(label) + 1 :].strip()) if label in names else None


def _label(text: str) -> str:
    label, colon, rest = text[:50].partition(":")
    return label if colon and (not rest or rest[0].isspace()) and label[:1].isalpha() else ""
