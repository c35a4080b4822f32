import time
from contextlib import suppress

import pytest

from core.markdown import MarkdownTooComplex
from core.markdown.rewriting import code_spans, headings, opening_picture, rewrite_references


def renamed(source: str) -> str:
    return rewrite_references(
        source, lambda destination, is_image: f"{'image' if is_image else 'link'}:{destination}"
    )


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("![a](x.png)", "![a](image:x.png)"),
        ('![a [b] *c*](./x.png "A title")', '![a [b] *c*](image:./x.png "A title")'),
        ("[a](b.md#c)", "[a](link:b.md#c)"),
        ("[![a](x.png)](x.png)", "[![a](image:x.png)](link:x.png)"),
        ("![a](<my picture.png>)", "![a](<image:my picture.png>)"),
        ("![a](x_(1).png)", "![a](<image:x_(1).png>)"),
        ("![a][b]\n\n[b]: x.png 'T'", "![a][b]\n\n[b]: image:x.png 'T'"),
        ("[a] and [b][A]\n\n[a]: <c d.md>", "[a] and [b][A]\n\n[a]: <link:c d.md>"),
        ('<img src="x.png" alt="a">', '<img src="image:x.png" alt="a">'),
        ("A <img alt='a' src=x.png> b", "A <img alt='a' src=image:x.png> b"),
        ('<div><a href="b.md">c</a></div>', '<div><a href="link:b.md">c</a></div>'),
        ('<img data-src="x.png" src="y.png">', '<img data-src="x.png" src="image:y.png">'),
        ("- a\n\n  > ![b](x.png)", "- a\n\n  > ![b](image:x.png)"),
        ("| a |\n|---|\n| ![b](x.png) |", "| a |\n|---|\n| ![b](image:x.png) |"),
        ("a[^1]\n\n[^1]: b\n\n    ![c](x.png)", "a[^1]\n\n[^1]: b\n\n    ![c](image:x.png)"),
    ],
)
def test_destinations_are_found_wherever_they_count(source: str, result: str) -> None:
    assert renamed(source) == result


@pytest.mark.parametrize(
    "source",
    [
        "`![a](x.png)`",
        "``[a](`b.md)``",
        "```\n![a](x.png)\n```",
        "    ![a](x.png)",
        "~~~html\n<img src='x.png'>\n~~~",
        "a `<img src='x.png'>` b",
        "<!-- <img src='x.png'> ![a](x.png) -->",
        r"\![a]\(x.png)",
        "[a]: never-used.md",
        "![a](x y.png)",
    ],
)
def test_code_and_comments_are_left_alone(source: str) -> None:
    assert renamed(source) == source


def test_none_leaves_a_reference() -> None:
    source = "![a](x.png) [b](c.md) <img src=d.png>"
    assert rewrite_references(source, lambda destination, is_image: None) == source


def test_the_same_words_in_code_and_in_the_text() -> None:
    assert renamed("`![a](x.png)` is ![a](x.png)") == "`![a](x.png)` is ![a](image:x.png)"


def test_what_is_put_into_html_cannot_leave_its_attribute() -> None:
    changed = rewrite_references("<img src='x.png'>", lambda destination, is_image: "'\"><script>")
    assert changed == "<img src='&#x27;&quot;&gt;&lt;script&gt;'>"


def test_code_is_known_by_its_place() -> None:
    source = "a `b` c\n\n```\nd\n```\n\n    e\n"
    assert [source[start:end] for start, end in code_spans(source)] == ["`b`", "```\nd\n```\n", "    e\n"]


def test_headings_are_known_by_their_place() -> None:
    source = "# A *b*\n\ntext\n\nTwo\n===\n\n> # quoted\n\n```\n# code\n```\n"
    found = headings(source)
    assert [(h.level, h.text, source[h.start : h.end], h.opens) for h in found] == [
        (1, "A *b*", "# A *b*\n", True),
        (1, "Two", "Two\n===\n", False),
    ]


def test_a_picture_opens_a_text_only_if_it_stands_alone() -> None:
    picture = opening_picture("![a](x.png 'b')\n\nText")
    assert picture
    assert (picture.src, picture.alt, picture.title, picture.end) == ("x.png", "a", "b", 16)
    assert opening_picture("![a](x.png) text") is None
    assert opening_picture("Text\n\n![a](x.png)") is None
    assert opening_picture("") is None


@pytest.mark.parametrize(
    "source", ["[" * 20_000, "![" * 20_000, "`" * 20_001, ">" * 5_000, "[a](" * 10_000, "<img " * 10_000]
)
def test_hostile_texts_end_soon(source: str) -> None:
    begun = time.process_time()
    with suppress(MarkdownTooComplex):
        assert renamed(source) == source
    assert time.process_time() - begun < 5
