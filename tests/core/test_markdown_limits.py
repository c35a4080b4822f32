"""Input made to exhaust a renderer is rendered or refused with a sentence, in bounded time and memory.

It runs in a process of its own, whose processor time the operating system limits: a renderer that hangs inside
compiled code cannot be interrupted in any other way. The limit is many times what all of it needs.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from core.markdown import MarkdownTooComplex, image_references, render, render_inline
from core.markdown.limits import MAX_BYTES, MAX_RAW_TAGS
from tests.shared import DATA

PATHOLOGICAL = DATA / "markdown" / "pathological"
CPU_SECONDS, MEMORY_BYTES = 60, 3 << 30
N = 20_000
HOSTILE = {
    "open brackets": "[" * N,
    "open pictures": "![" * N,
    "nested brackets": "[" * N + "a" + "]" * N,
    "nested pictures": "![" * 2_000 + "a" + "](b)" * 2_000,
    "brackets and stars": ("**<![" * 2_000 + "\n\n") * 4,
    "unfinished links": "[a](b" * N,
    "backticks": "".join("e" + "`" * number for number in range(700)),
    "nested quotes": "> " * 5_000 + "a",
    "nested lists": "- " * 5_000 + "a",
    "indented lists": "".join(" " * 2 * number + "* a\n" for number in range(1_000)),
    "lazy lines": "> " * 25 + "a\n" + "b\n" * N,
    "nested emphasis": "*a **a " * N + "b" + " a** a*" * N,
    "stars and underscores": "*a_ " * N,
    "one address, often": "[a]: <" + "x" * 100_000 + ">\n\n" + "[a]" * 10_000,
    "definitions": "".join(f"[{number}]: /x\n" for number in range(N)),
    "unfinished titles": '[a]: /x "' * N,
    "colons": ":" * N * 2,
    "addresses": "http://a.b" + ")" * N * 2,
    "footnote labels": "[^a]: a\n\n" + "[^" * N,
    "footnotes": "".join(f"[^{number}]: x[^{number + 1}]\n\n" for number in range(5_000)) + "[^0]",
    "wide tables": ("|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "a\n" * 200 + "\n") * 50,
    "open boxes": "::: note\n" * N,
    "boxes in boxes": "".join(" " * 4 * min(number, 200) + "!!! note\n" for number in range(1_000)),
    "equal headings": "# a\n" * N,
    "quotation marks": ("'" * 4_900 + "\n\n") * 50,
    "tags": "<div>" * 100_000,
    "tags in a table": "<table><tr><td>" * N,
    "attributes": "<div " + " ".join(f"a{number}='>'" for number in range(50_000)) + ">\n",
    "emphasis left open": "<p>" + "".join(f"<b title={number}>" for number in range(4_000)) + "<p>x" * 5_000,
    "comments": "<div>\n" + "<!--" * N,
    "scripts": "<div>\n" + "<script></script>" * N,
    "white space in a tag": "<div>\n<a" + " " * 100_000,
    "java": "```java\n" + ("a b " * 70 + "\n") * 30 + "```\n",
    "make": "```make\n" + "0.00." * 6_000 + "\n```\n",
    "empty lines of c": "```c\n" + "\n" * 30_000 + "```\n",
    "listing options": "``` " + "title=" * N + "\nx\n```",
    "unfinished caption": '![a](asset:1 "' + "[a" * 5_000 + '")',
    "nothing but lines": "\n" * 900_000,
    "prose": ("Lorem *ipsum* `dolor` [sit](http://x.org/) amet. " * 12 + "\n\n") * 300,
}
ALIKE = {"brackets and stars", "lazy lines", "footnote labels", "wide tables", "unfinished links"}
"""Refused for the same reason as `open pictures`, after as much effort."""
SCRIPT = """
import json, sys
from django.conf import settings
settings.configure(SITE_URL="https://magazine.example", MEDIA_URL="https://media.example/")
from core.markdown import MarkdownTooComplex, render
for name, source in json.load(sys.stdin).items():
    print(name, end=": ", flush=True)
    try:
        print("rendered", len(render(source).html))
    except MarkdownTooComplex as refusal:
        print("refused", refusal)
"""


def outcomes(sources: dict[str, str]) -> dict[str, str]:
    """What came of each: `rendered 1234` or `refused` with its sentence. Fails if the process did not survive."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        preexec_fn=limit,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-200:]}\n{done.stderr[-2_000:]}"
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "names", [HOSTILE.keys() - ALIKE, pytest.param(HOSTILE.keys(), marks=pytest.mark.soak)]
)
def test_every_hostile_pattern_is_rendered_or_refused(names: set[str]):
    sources = {name: source for name, source in HOSTILE.items() if name in names}
    found = outcomes(sources)
    assert list(found) == list(sources)
    assert {outcome.split()[0] for outcome in found.values()} == {"rendered", "refused"}
    assert found["prose"].startswith("rendered")


@pytest.mark.skipif(not PATHOLOGICAL.is_dir(), reason=f"no real data in {DATA}")
def test_every_pathological_file_is_rendered_or_refused():
    sources = {path.name: path.read_text() for path in sorted(PATHOLOGICAL.iterdir())}
    assert sources
    assert {outcome.split()[0] for outcome in outcomes(sources).values()} <= {"rendered", "refused"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a" * (MAX_BYTES + 1), "This text is longer than 1,000,000 bytes."),
        ("é" * (MAX_BYTES // 2 + 1), "This text is longer than 1,000,000 bytes."),
        (">" * 40 + "a", "Quotes and lists are nested more than 30 levels deep."),
        ("*a " * 60 + "b" + " a*" * 60, "Emphasis is nested more than 50 levels deep."),
        ("a" * 50_001, "A paragraph is longer than 50,000 characters."),
        ("<br>" * (MAX_RAW_TAGS + 1), "This text has more than 10,000 HTML tags."),
        ("[" * 40_000, "This text has too much markup to be laid out. Divide it into several."),
        ("[a]: <" + "x" * 50_000 + ">\n\n" + "[a] " * 100, "The links of this text are too long."),
    ],
)
def test_a_refusal_tells_the_author_why(source: str, message: str):
    with pytest.raises(MarkdownTooComplex) as refusal:
        render(source)
    assert str(refusal.value) == message
    with pytest.raises(MarkdownTooComplex):
        image_references(source)


def test_a_headline_is_bounded_too():
    with pytest.raises(MarkdownTooComplex):
        render_inline("a" * 50_001)


def test_a_refusal_is_a_value_error_for_forms():
    assert issubclass(MarkdownTooComplex, ValueError)


def test_a_million_bytes_of_prose_are_not_too_much():
    paragraph = "Lorem ipsum dolor sit amet. " * 30
    assert render((paragraph + "\n\n") * (MAX_BYTES // (len(paragraph) + 2))).words > 150_000


def test_code_that_is_not_ordinary_is_shown_without_colours():
    ordinary = render("```python\nimport this\n```").html
    assert '<span class="k">import</span>' in ordinary
    for code in (
        "import this\n" * 500,
        "import this" + "\n" * 8 + "import this",
        "import this  # " + "x" * 300,
    ):
        html = render(f"```python\n{code}\n```").html
        assert "import this" in html
        assert "<span" not in html
