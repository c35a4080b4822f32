"""Nothing an author, an importer or a stranger writes reaches a reader as anything but harmless HTML."""

import itertools
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.markdown import Image, MarkdownTooComplex, image_references, render, render_inline
from core.markdown.parser import parser
from core.pictures import Source
from tests.core.html_safety import problems
from tests.shared import DATA

MARKDOWN = DATA / "markdown"
ARTICLES = DATA / "articles"
pytestmark = pytest.mark.skipif(not MARKDOWN.is_dir(), reason=f"no real data in {DATA}")
IMAGES = {
    "asset:1": Image(
        "https://media.example/1.jpg",
        800,
        600,
        "A <cat>",
        'Jo "J" <Doe>',
        "focal-x-50 focal-y-20",
        sources=(
            Source(
                "image/avif", (("https://media.example/1.avif", 480), ("https://media.example/2.avif", 800))
            ),
            Source("image/jpeg", (("https://media.example/1.jpg", 800),)),
        ),
    )
}


EMPHASIS = {
    f"{end}{tag}"
    for tag in "abbr b bdi cite code del dfn em i ins kbd mark q s samp small strong sub sup u var".split()  # noqa: SIM905
    for end in ("", "/")
}


def examples() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((MARKDOWN / "commonmark_spec_tests.json").read_text())
    return found


def hostile_texts() -> list[str]:
    """Each line of the lists, as well as each whole file."""
    texts = []
    for path in sorted(
        path for kind in ("xss", "showdown", "naughty_strings") for path in (MARKDOWN / kind).rglob("*")
    ):
        if path.is_file() and path.suffix != ".json":
            text = path.read_text(errors="surrogateescape")
            texts += [text, *text.splitlines()]
    naughty: list[str] = json.loads((MARKDOWN / "naughty_strings" / "blns.json").read_text())
    return texts + naughty


def articles() -> list[Path]:
    folders = ("rust_blog", "scientific_python", "simonw_til")
    return sorted(path for folder in folders for path in (ARTICLES / folder).rglob("*.md"))


def body(path: Path) -> str:
    return re.sub(r"\A(---|\+\+\+)\n.*?\n\1\n", "", path.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<p>a<script>alert(1)</script></p>", "<script>"),
        ("<p onclick='a()'>a</p>", "<p onclick>"),
        ("<p style='color: red'>a</p>", "<p style>"),
        ("<a href='java\nscript:a()'>a</a>", "scheme of 'java\\nscript:a()'"),
        ("<a href='&#1;javascript:a()'>a</a>", "scheme of 'javascript:a()'"),
        ("<a href='data:text/html,a'>a</a>", "scheme of 'data:text/html,a'"),
        ("<img src='https://evil.example/a.png'>", "picture from 'https://evil.example/a.png'"),
        ("<img src='//evil.example/a.png'>", "picture from '//evil.example/a.png'"),
        ("<lite-embed data-src='https://evil.example/'></lite-embed>", "player from 'https://evil.example/'"),
        ("<input type=checkbox>", "an input that can be used"),
        ("<p id=main>a</p>", "id 'main'"),
        ("<p id=a>a</p><p id=a>b</p>", "id 'a' 2 times"),
        ("<!-- a -->", "comment ' a '"),
        ("<svg onload=a()>", "<svg>"),
        ("a\x00b", "character '\\x00'"),
    ],
)
def test_the_judge_of_these_tests_sees_what_is_wrong(html: str, problem: str):
    assert problem in problems(html)


def test_without_extensions_the_parser_is_commonmark():
    def normal(html: str) -> str:
        # The specification's own comparison ignores white space between blocks
        return re.sub(r"(<blockquote>)\s*", r"\1", html)

    plain = parser(extensions=False)
    cases = [(normal(plain.render(example["markdown"])), normal(example["html"])) for example in examples()]
    assert len(cases) == 655
    assert [case for case in cases if case[0] != case[1]] == []


def test_every_commonmark_example_renders_safe():
    found = {
        example["markdown"]: problems(render(example["markdown"], IMAGES).html) for example in examples()
    }
    assert {markdown: wrong for markdown, wrong in found.items() if wrong} == {}


def test_every_hostile_text_of_the_lists_renders_safe():
    texts = hostile_texts()
    assert len(texts) > 1_000
    refused = []
    for text in texts:
        try:
            assert problems(render(text, IMAGES).html) == [], text
        except MarkdownTooComplex:
            refused.append(text)
    assert {text[:6] for text in refused} <= {"> > > "}  # two thousand quotes in one another


def test_every_hostile_text_of_the_lists_is_safe_as_a_headline():
    for text in hostile_texts():
        if len(text) < 10_000:
            html = render_inline(text)
            assert problems(html) == []
            assert set(re.findall(r"<([^>]*)>", html)) <= EMPHASIS, text


def test_every_hostile_text_is_safe_in_each_place_of_a_document():
    places = ["# {}", "> {}", "- {}", "| a |\n|---|\n| {} |", "a[^1]\n\n[^1]: {}", "!!! note \"{}\"\n    {}", "::: tip {}\n{}\n:::",
              "```{}\n{}\n```", "```python title=\"{}\"\n{}\n```", "[{}]({} \"{}\")", "![{}](asset:1 \"{}\")", "![{}]({})", "<{}>", "<div {}>",
              "<a href=\"{}\">", "<img src=\"{}\" alt=\"{}\">", "<iframe src={}>", "<b id='{}'>"]  # fmt: skip
    lines = [text for text in hostile_texts() if len(text) < 300][::20]
    for place, text in itertools.product(places, lines):
        html = render(place.replace("{}", text), IMAGES).html
        assert problems(html) == [], (place, text)


def test_every_article_renders():
    paths = articles()
    assert len(paths) == 203
    for path in paths:
        rendered = render(body(path))
        assert problems(rendered.html) == [], path
        assert rendered.words > 0, path
        assert [
            heading.id for heading in rendered.headings if f'id="{heading.id}"' not in rendered.html
        ] == [], path
        levels = [1] + [int(level) for level in re.findall(r"<h(\d) id", rendered.html)]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), path


PIECES = st.sampled_from(
    ["*", "**", "_", "`", "```", "~~", "[", "]", "(", ")", "!", "<", ">", "</", "<!--", "-->", "<?", "&", "&#1;", "\\", "|", "|-", "\n",
     "\n\n", "> ", "- ", "1. ", "    ", "# ", ":::", " note", "!!! ", "???", "[^a]", "[^a]: ", "[a]: ", "'", '"', "=", "https://youtu.be/dQw4w9WgXcQ",
     "http://[", "//evil.example", "javascript:", "asset:1", "{wide}", "<a href=", "<img src=", "<iframe src=", "<div id=main class=x>", "<table>",
     "<td>", "<script>", "<style>", "<svg>", "<math>", "<textarea>", "<b onclick=a>", "onerror=", "style=", "- [x] ", "\x00", "\ud800", "é", "漢"]
)  # fmt: skip
ANY_CHARACTER = st.text(st.characters(exclude_categories=[]))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(PIECES | ANY_CHARACTER, max_size=40).map("".join))
def test_any_text_is_rendered_safe_twice_the_same_or_refused(source: str):
    try:
        rendered = render(source, IMAGES)
    except MarkdownTooComplex:
        return
    assert problems(rendered.html) == []
    assert problems(render_inline(source)) == []
    assert rendered == render(source, IMAGES)
    assert set(image_references(source)) >= ({"asset:1"} if IMAGES["asset:1"].src in rendered.html else set())


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.builds(Image, ANY_CHARACTER, st.integers(), st.integers(), ANY_CHARACTER, ANY_CHARACTER, ANY_CHARACTER)
)
def test_whatever_is_known_of_a_picture_does_no_harm(image: Image):
    html = render("![](asset:1 'Title')\n\na ![](asset:1) b", {"asset:1": image}).html
    assert [problem for problem in problems(html) if not problem.startswith(("picture from", "class"))] == []
