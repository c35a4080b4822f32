"""Python that readers will copy: it has to be Python."""

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator

from core.markdown.reading import Listing
from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.registry import rule

_LANGUAGES = frozenset({"python", "py", "python3"})
_SESSIONS = _LANGUAGES | {"pycon"}
_PROMPT = re.compile(r"^[ \t]*>>> ?", re.MULTILINE)
_IN = re.compile(r"^In \[\d*\]: ?", re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*(?:%{1,2}[a-z]|!|\?)", re.MULTILINE)
_OMISSION = re.compile(r"^([ \t]*)(?:\[?(?:\.\.\.|…)\]?|<(?:snip|\.\.\.|…)>)[ \t]*$", re.MULTILINE)
_COMMENT_LINES = re.compile(r"^[ \t]*#.*\n?", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_LONGEST = 50_000
_LONGEST_EXCERPT = 5_000
_MOST_CHUNKS = 40
_MOST_CODE = 100_000
"""Characters of Python that are compiled in one text; behind that, listings are passed over."""


@rule("python-syntax", Level.ERROR)
def does_not_compile(text: Checked) -> Iterator[Problem]:
    """A listing marked as Python that no Python would accept."""
    left = _MOST_CODE
    for listing in text.listings:
        if listing.language not in _SESSIONS or len(listing.code) > min(left, _LONGEST):
            continue
        left -= len(listing.code)
        if error := _error(listing):
            line, reason = error
            excerpt = listing.code.splitlines()[line - 1].strip() if line <= listing.code.count("\n") else ""
            yield Problem(
                f"This Python does not compile: {reason}.",
                "Mend it; or, if it is not meant to be Python, name the right language after the fence, or `text`. "
                "What is left out can be written as `...`.",
                excerpt=excerpt[:120] or listing.code[:120],
                line=listing.line + line - 1,
            )


def _error(listing: Listing) -> tuple[int, str] | None:
    """The line within the listing and why, of the first error."""
    is_session = bool(_PROMPT.search(listing.code) or _IN.search(listing.code))
    if listing.language == "pycon" and not is_session:
        return None
    pieces = _statements(listing.code) if is_session else [(1, listing.code)]
    for first, code in pieces:
        if error := _compile_error(code):
            return first + error[0] - 1, error[1]
    return None


def _compile_error(code: str) -> tuple[int, str] | None:
    """None also for fair excerpts: readers understand a method without its class, and several files in one listing."""
    plain = _OMISSION.sub(r"\1...", textwrap.dedent(code))
    error = _parse_error(plain)
    if error is None or len(code) > _LONGEST_EXCERPT:
        return error
    if _is_excerpt(plain):
        return None
    chunks = [chunk for chunk in _BLANK_LINES.split(plain) if chunk.strip()]
    return None if 1 < len(chunks) <= _MOST_CHUNKS and all(map(_compiles, chunks)) else error


def _compiles(chunk: str) -> bool:
    code = textwrap.dedent(_COMMENT_LINES.sub("", chunk))
    return _parse_error(code) is None or _is_excerpt(code)


def _is_excerpt(code: str) -> bool:
    return any(_parse_error(spelling) is None for spelling in _spellings(code))


def _spellings(code: str) -> Iterator[str]:
    """Programs that the code may be a fair excerpt of: of a function's inside, a dictionary's entries, a class."""
    code = _MAGIC.sub("pass  #", code.strip("\n") + "\n")
    body = textwrap.indent(code, "    ")
    yield code
    yield f"async def _():\n{body}"  # return, yield, await
    yield f"while True:\n{body}"  # break, continue
    yield f"{code}    ..."  # a header alone: `def name():`
    yield f"_(\n{code})"  # arguments
    yield f"{{\n{code}}}"  # entries of a dictionary
    yield f"try:\n    ...\n{code}"  # begins with except
    yield f"if _:\n    ...\n{code}"  # begins with elif or else


def _parse_error(code: str) -> tuple[int, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "<listing>", "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, MemoryError, RecursionError) as error:
        return 1, str(error) or "it is nested too deeply"
    return None


def _statements(session: str) -> Iterator[tuple[int, str]]:
    """What was typed at the prompts of a session, with the line it begins in; output is left out."""
    typed: list[str] = []
    first = 1
    for number, line in enumerate(session.splitlines(), 1):
        bare = line.strip()
        begins = re.match(r">>>(?: |$)|In \[\d*\]: ?", bare)
        if begins:
            if typed:
                yield first, "\n".join(typed) + "\n"
            typed, first = [bare[begins.end() :]], number
        elif typed and re.match(r"(?:\.\.\.|   \.\.\.:)(?: |$)", bare):
            typed.append(bare[4:])
        elif typed:
            yield first, "\n".join(typed) + "\n"
            typed = []
    if typed:
        yield first, "\n".join(typed) + "\n"
