"""What authors leave for later and forget. Code is not looked at: its comments are the code's own."""

import re
from collections.abc import Iterator

from core.markdown.reading import Passage, passages_of
from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule

SHORT_FIELDS = ("headline", "name", "kicker", "standfirst", "summary", "hero_caption")
_WORD = r"(?:TODO|FIXME|XXX)"
_NOTE = re.compile(
    rf"""
    (?<![\w/.#@-])(?:
        {_WORD}(?=\s?[:(\]…]|\s?\.\.\.)           # TODO: check, TODO(ana), [TODO]
      | (?:TK){{1,4}}(?![\w/-]|\.\w)              # “to come”, in every newsroom
      | \[\s?(?:to\ come|insert\b[^\]\n]{{0,60}}|citation\ needed)\s?\]
    )
    | \blorem\s+ipsum\s+dolor\b | \bLorem\s+ipsum\b
    | ^\s*{_WORD}(?=\s+[a-z]|\s*$)                # a line that begins with it
    """,
    re.VERBOSE | re.MULTILINE,
)
_MENTION = re.compile(rf"(?<![\w/.#@-]){_WORD}(?![\w/-]|\.\w)")


@rule("unfinished", Level.ERROR)
def note_to_oneself(text: Checked) -> Iterator[Problem]:
    """A marker of unfinished work: “TODO: …”, “TK”, “lorem ipsum”."""
    for field, passage in _everything(text):
        for match in _NOTE.finditer(passage.text):
            yield Problem(
                f"“{' '.join(match[0].split())}” marks something unfinished.",
                "Finish it, or take it out. If the text is about such a marker, write it as `code`.",
                excerpt=passage.around(*match.span()),
                line=passage.line_at(match.end()),
                field=field,
            )


@rule("unfinished-mention", Level.WARNING)
def mention(text: Checked) -> Iterator[Problem]:
    """“TODO”, “FIXME” or “XXX” within a sentence: a marker, or a text about one."""
    for field, passage in _everything(text):
        notes = {match.end() for match in _NOTE.finditer(passage.text)}
        for match in _MENTION.finditer(passage.text):
            if match.end() not in notes:
                yield Problem(
                    f"“{match[0]}” may mark something unfinished.",
                    "If it does, finish it. If the text is about such a marker, write it as `code`.",
                    excerpt=passage.around(*match.span()),
                    line=passage.line_at(match.start()),
                    field=field,
                )


def _everything(text: Checked) -> Iterator[tuple[str, Passage]]:
    for field in SHORT_FIELDS:
        for passage in passages_of(text.plain(field)):
            yield field, passage
    for passage in text.passages:
        yield "body", passage
