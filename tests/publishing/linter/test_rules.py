"""Each rule with texts that it finds something in, and neighbours in which nothing is wrong."""

from typing import Any

import pytest

from articles.models import Article
from pages.models import StaticPage
from publishing.linter import RULES, Level
from publishing.models import Publishable
from tests import factories
from tests.publishing.linter.conftest import Find

pytestmark = pytest.mark.django_db

FENCE = "```"


def listing(language: str, code: str) -> str:
    return f"{FENCE}{language}\n{code}\n{FENCE}\n"


BODIES: dict[str, tuple[list[tuple[str, int]], list[str]]] = {
    # rule: ([(failing body, line)], [passing bodies])
    "image-alt-file-name": (
        [
            ("![IMG_2034.jpg](https://x.example/a.jpg)", 1),
            ("Text.\n\n![screenshot-1.png](https://x.example/a.png)", 3),
            ("![image](https://x.example/a.png)", 1),
            ("![IMG_2034](https://x.example/a.png)", 1),
            ("![Screenshot 2024-05-06 at 10.11.12](https://x.example/a.png)", 1),
            ("![Figure 3](https://x.example/a.png)", 1),
            ("![alt text](https://x.example/a.png)", 1),
            ('<img src="https://x.example/a.png" alt="photo">', 1),
        ],
        [
            "![The image that won the prize](https://x.example/a.png)",
            "![A screenshot of the desk](https://x.example/a.png)",
            "![Logo](https://x.example/IMG_1.png)",
            "![Figure 3: rainfall by month](https://x.example/a.png)",
            "`![image](a.png)`",
        ],
    ),
    "image-missing": (
        [("Text.\n![A chart](chart.png)", 2), ("![A chart](asset:999999)", 1), ("![A](/nowhere.png)", 1)],
        ["![A chart](https://x.example/chart.png)", "Text.", listing("markdown", "![A chart](chart.png)")],
    ),
    "image-outside": (
        [("![A chart](https://x.example/chart.png)", 1), ('<p><img src="//x.example/c.png" alt="A"></p>', 1)],
        ["[A chart](https://x.example/chart.png)"],
    ),
    "heading-empty": ([("Text.\n\n##\n", 3), ("## <!-- later -->\n", 1)], ["## Words\n", "## `code`\n"]),
    "heading-level-1": (
        [("Text.\n\n# Big\n", 3), ("Big\n===\n", 1), ("<h1>Big</h1>\n", 1)],
        ["## Small\n", "Small\n---\n", listing("bash", "# a comment")],
    ),
    "heading-order": (
        [("## A\n\n#### C\n", 3), ("## A\n\n<h5>E</h5>\n", 3), ("### A\n\n## B\n", 1)],
        ["## A\n\n### B\n\n## C\n", "### A\n\n### B\n"],
    ),
    "heading-duplicate": (
        [("## A\n\n## B\n\n## A\n", 5), ("## A\n\n### x\n\n### X\n", 5)],
        ["## A\n\n### Example\n\n## B\n\n### Example\n"],
    ),
    "link-words": (
        [
            ("Text\nwith a link [here](https://x.example/).", 2),
            ("[click here](/)", 1),
            ("[This link](/)", 1),
            ('<a href="/">here</a>', 1),
            ("[**here**.](/)", 1),
        ],
        [
            "[Here and there](/)",
            "[The release notes](/)",
            "Click here.",
            "`[here](/)`",
            "[`this`-binding](/)",
        ],
    ),
    "link-empty": (
        [("[](https://x.example/)", 1), ('Text\n<a href="/x"></a>', 2)],
        ["[![A chart](https://x.example/c.png)](/)", "[words](/)", '<a id="here"></a>'],
    ),
    "link-bare-url": (
        [
            ("See\nhttps://x.example/some/page for more.", 2),
            ("<https://x.example/some/page>", 1),
            ("[https://x.example/a](https://x.example/a)", 1),
            ("- www: [www.x.example/a](https://www.x.example/a)", 1),
        ],
        [
            "See https://x.example for more.",
            "`https://x.example/some/page`",
            "[the page](https://x.example/some/page)",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "Open http://localhost:8000/admin/ in a browser.",
        ],
    ),
    "link-anchor": (
        [("## How it works\n\n[See](#how-it-work)", 3)],
        [
            "## How it works\n\n[See](#how-it-works) and [see](#How_it_works)",
            '<a id="there"></a>\n\n[See](#there)',
            '<a name="old-way"></a>\n\n[See](#old-way)',
            "[To the top](#top) and [here](#)",
            "A note.[^1]\n\n[^1]: Below.",
        ],
    ),
    "unfinished": (
        [
            ("Text.\n\nTODO: add the figures", 3),
            ("A city of TK people.", 1),
            ("TKTK", 1),
            ("Text [TODO] text", 1),
            ("FIXME(ana): the name", 1),
            ("- XXX\n- b", 1),
            ("| a |\n|---|\n| TK |\n", 3),
            ("Lorem ipsum dolor sit amet.", 1),
            ("First.\n\n## TODO\n", 3),
            ("He said [citation needed] so.", 1),
        ],
        [
            "A `TODO` comment and `TK`.",
            listing("python", "# TODO: later"),
            "    # TODO: later",
            "<!-- TODO: later -->",
            "Todoist, TKO, ATK, TK-80, Tcl/Tk, ToDo list, mastodon, XXXL, tk, https://x.example/TODO",
            "He won by TKO in round two.",
            "The words “lorem” and “ipsum”.",
            '<code>TODO: x</code> and <kbd class="k">TK</kbd>',
        ],
    ),
    "unfinished-mention": (
        [("All the TODO comments\nand one FIXME of the year.", 1)],
        ["All the `TODO` comments.", "TODOs and todo lists"],
    ),
    "python-syntax": (
        [
            ("Text.\n\n" + listing("python", "x = 1\nplot(a=[1], b[2])"), 5),
            (listing("py", "def f(:\n    pass"), 2),
            (listing("python", ">>> x = 1\n>>> y ==\n1"), 3),
            (listing("pycon", ">>> print 'x'"), 2),
            (listing("python", "print(1"), 2),
            (listing("python", "\u201cquoted\u201d"), 2),
        ],
        [
            listing("python", "x = 1"),
            listing("python", "async with a as b:\n    await b"),
            listing("python", "await something()"),
            listing("python", "    def method(self):\n        return 1"),
            listing("python", "return x"),
            listing("python", "yield 1"),
            listing("python", "def f():"),
            listing("python", "class A:\n    ...\n\n    def b(self): ..."),
            listing("python", "a = 1\n…\nb = 2"),
            listing("python", '"key": 1,\n"other": 2,'),
            listing("python", "name='x',\nother=1,"),
            listing("python", ">>> 1 +\\\n... 1\n2\n>>> for x in y:\n...     x\n...\nnot python at all"),
            listing("python", "In [1]: x = 1\n\nIn [2]: %timeit x\n10 loops, best of 3"),
            listing("python", "%matplotlib inline\n!pip install x\nx = 1"),
            listing("python", "'\\d'"),
            listing("python", "x is 1"),
            listing("text", "def f(:"),
            listing("", "def f(:"),
            listing(
                "python", "# in one file\nx = 1\n\n# in the other\n# ...\n   path(r'^a/$', view),\n# ..."
            ),
        ],
    ),
    "console-prompt": (
        [
            (listing("console", "pip install x"), 2),
            ("a\n\n" + listing("shell-session", "Collecting x"), 4),
            (listing("pycon", "x = 1"), 2),
        ],
        [
            listing("console", "$ pip install x\nCollecting x"),
            listing("console", "# apt install x"),
            listing("console", "ana@laptop:~/src$ ls\na b"),
            listing("console", "(venv) $ ls"),
            listing("console", "C:\\Users> dir"),
            listing("console", "PS C:\\> dir"),
            listing("console", "mysql> select 1;"),
            listing("pycon", ">>> x = 1"),
            listing("bash", "pip install x"),
        ],
    ),
    "shell-prompt": (
        [
            (listing("bash", "$ pip install x\n$ y"), 2),
            (listing("sh", "# first\n$ pip install \\\n  x"), 2),
            (listing("shell", "$ ls\na  b"), 2),
        ],
        [
            listing("bash", "pip install x"),
            listing("bash", "$HOME/bin/x\n${x}"),
            listing("bash", "# $ ls"),
            listing("console", "$ ls"),
        ],
    ),
    "code-wide": (
        [("Text.\n\n" + listing("python", "x = 1\n" + "y" * 80), 5), ("    " + "z" * 80, 1)],
        [listing("python", "y" * 79), "w" * 200, listing("text", "v" * 79 + "   ")],
    ),
}

FIELDS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "headline-missing": ([{"headline": " "}], [{"headline": "Words"}]),
    "headline-long": ([{"headline": "x" * 81}], [{"headline": "x" * 80}, {"headline": "`" + "x" * 80 + "`"}]),
    "standfirst-missing": ([{"standfirst": ""}], [{"standfirst": "Words."}]),
    "standfirst-long": ([{"standfirst": "x" * 251}], [{"standfirst": "x" * 250}]),
    "sponsorship-undisclosed": (
        [
            {"body": "Text.\n\nThis post is sponsored by Acme."},
            {"body": "The links below are affiliate links."},
            {"body": "[A book](https://www.amazon.co.uk/dp/1?tag=somebody-21)"},
            {"body": "[A tool](https://x.example/?aff_id=12)"},
            {"standfirst": "A paid partnership."},
        ],
        [
            {"body": "This post is sponsored by Acme.", "sponsored": True, "sponsor": "Acme"},
            {"body": "The study was paid for by a foundation."},
            {"body": "[A book](https://www.amazon.co.uk/dp/1)"},
            {"body": "[A release](https://x.example/?tag=v1.0)"},
            {"body": "`This post is sponsored by Acme.`"},
        ],
    ),
    "sponsorship-likely": (
        [
            {"body": "A meeting in partnership\nwith Acme."},
            {"body": "[A tool](https://x.example/?ref=masthead)"},
        ],
        [
            {"body": "[A file](https://github.com/a/b/blob/x?ref=main)"},
            {"body": "A meeting in partnership with Acme.", "sponsored": True, "sponsor": "Acme"},
            {"body": "A page with `?ref=main`, https://x.example/?utm_source=news"},
        ],
    ),
    "sponsor-unnamed": ([{"sponsored": True}], [{"sponsored": True, "sponsor": "Acme"}, {}]),
    "sponsor-without-mark": ([{"sponsor": "Acme"}], [{"sponsored": True, "sponsor": "Acme"}, {}]),
    "body-empty": (
        [{"body": ""}, {"body": " \n"}, {"body": "<!-- later -->"}],
        [{"body": "Words."}, {"body": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"}],
    ),
    "body-too-complex": (
        [{"body": "x" * 60_000}, {"body": ">" * 500}, {"body": "x\n" * 20_001}],
        [{"body": "x"}],
    ),
    "hero-missing": ([{}], []),
    "section-missing": ([{}], []),
    "reading": ([{"body": "A short sentence of six words. " * 40}], [{"body": "A short text."}]),
}

PAGES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "page-title-missing": ({"name": ""}, {"name": "About"}),
    "page-title-long": ({"name": "x" * 61}, {"name": "x" * 60}),
    "summary-missing": ({"summary": ""}, {"summary": "Who we are."}),
    "summary-long": ({"summary": "x" * 161}, {"summary": "x" * 160}),
}

ELSEWHERE = {
    "image-alt",
    "image-narrow",
    "image-narrow-breakout",
    "hero-alt",
    "hero-credit",
    "hero-small",
    "hero-tiny",
    "byline-missing",
    "name-spelling",
    "link-dead",
    "link-hidden",
    "link-scheduled",
    "link-moved",
    "links-many",
}
"""Rules that need rows: below, and in the files beside this one."""


def test_every_rule_has_its_examples() -> None:
    elsewhere = ("publishing.linter.rules.outside_links", "episodes.rules")
    own = {name for name, rule in RULES.items() if not rule.check.__module__.startswith(elsewhere)}
    assert own == {*BODIES, *FIELDS, *PAGES, *ELSEWHERE}


@pytest.mark.parametrize(
    ("rule", "body", "line"),
    [(rule, body, line) for rule, (failing, _) in BODIES.items() for body, line in failing],
)
def test_what_a_rule_finds(find: Find, rule: str, body: str, line: int) -> None:
    findings = find(rule, body)
    assert [finding.line for finding in findings][:1] == [line]
    assert (findings[0].level, findings[0].field) == (RULES[rule].level, "body")
    assert findings[0].message
    assert findings[0].fix


@pytest.mark.parametrize(
    ("rule", "body"), [(rule, body) for rule, (_, passing) in BODIES.items() for body in passing]
)
def test_what_a_rule_leaves_alone(find: Find, rule: str, body: str) -> None:
    assert find(rule, body) == []


@pytest.mark.parametrize(
    ("rule", "fields"), [(rule, fields) for rule, (failing, _) in FIELDS.items() for fields in failing]
)
def test_what_a_rule_finds_in_fields(find: Find, rule: str, fields: dict[str, Any]) -> None:
    assert len(find(rule, **fields)) == 1


@pytest.mark.parametrize(
    ("rule", "fields"), [(rule, fields) for rule, (_, passing) in FIELDS.items() for fields in passing]
)
def test_what_a_rule_leaves_alone_in_fields(find: Find, rule: str, fields: dict[str, Any]) -> None:
    assert find(rule, **fields) == []


@pytest.mark.parametrize("rule", PAGES)
def test_static_pages(find: Find, rule: str) -> None:
    failing, passing = PAGES[rule]
    assert len(find(rule, content=StaticPage(**{"name": "N", "body": "B"} | failing))) == 1
    assert find(rule, content=StaticPage(**{"name": "N", "body": "B"} | passing)) == []


def test_more_links_than_are_looked_up(find: Find) -> None:
    assert len(find("links-many", "".join(f"[words](/x{number})\n\n" for number in range(1001)))) == 1
    assert find("links-many", "[words](/x)\n\n" * 1001) == []


def test_a_marker_in_a_short_field_is_shown_beside_it(find: Find) -> None:
    assert [finding.field for finding in find("unfinished", headline="A story of TK")] == ["headline"]


def test_sponsorship_is_shown_where_it_is_said(find: Find) -> None:
    found = find("sponsorship-undisclosed", "Text.\n\nThis article was kindly\nsponsored by Acme.")
    assert [(finding.field, finding.line) for finding in found] == [("body", 3)]


# --- with rows ------------------------------------------------------------------------------------------------------


def image(**fields: Any) -> str:
    return factories.image(**fields).reference


def test_alternative_text(find: Find) -> None:
    mute, speaking = image(alt=""), image(alt="A lighthouse")
    decorative, misnamed = image(alt="", decorative=True), image(alt="IMG_1.jpg")
    assert [finding.line for finding in find("image-alt", f"Text.\n\n![]({mute})")] == [3]
    assert len(find("image-alt", "![](https://x.example/a.png)")) == 1
    for written in (f"![]({speaking})", f"![]({decorative})", f"![A lighthouse]({mute})"):
        assert find("image-alt", written) == []
    assert len(find("image-alt-file-name", f"![]({misnamed})")) == 1
    assert find("image-alt-file-name", f"![A lighthouse]({misnamed})") == []
    assert find("image-missing", f"![]({speaking})") == []


def test_pictures_narrower_than_their_place(find: Find) -> None:
    small, middle, large = image(width=300), image(width=900), image(width=1600)
    assert len(find("image-narrow", f"![A]({small})")) == 1
    assert find("image-narrow", f"![A]({middle})") == []
    assert len(find("image-narrow-breakout", f'![A]({middle} "{{wide}} At sea")')) == 1
    assert find("image-narrow-breakout", f'![A]({large} "{{full}}")\n\n![A]({middle} "At sea")') == []


@pytest.mark.parametrize(
    ("rule", "failing", "passing"),
    [
        ("hero-alt", {"alt": ""}, {"alt": "", "decorative": True}),
        ("hero-alt", {"alt": "DSC_0012"}, {"alt": "A lighthouse"}),
        ("hero-credit", {"credit": " "}, {"credit": "Ana Lima"}),
        ("hero-small", {"width": 1599}, {"width": 1600}),
        ("hero-small", {"width": 800}, {"width": 799}),
        ("hero-tiny", {"width": 799}, {"width": 800}),
    ],
)
def test_the_picture_at_the_top(
    find: Find, rule: str, failing: dict[str, Any], passing: dict[str, Any]
) -> None:
    assert [finding.field for finding in find(rule, hero=factories.image(**failing))] == ["hero"]
    assert find(rule, hero=factories.image(**passing)) == []
    assert find(rule, hero=None) == []


def test_a_picture_at_the_top_and_a_section(find: Find) -> None:
    assert find("hero-missing", hero=factories.image()) == []
    assert find("section-missing", section=factories.section()) == []


def test_bylines(find: Find) -> None:
    assert len(find("byline-missing", content=factories.article(by=[], published=False))) == 1
    assert find("byline-missing", content=factories.article(published=False)) == []
    assert find("byline-missing", content=Article(headline="H")) == [], (
        "nobody can be named before it is saved"
    )


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("Guido van Rosum", "Guido van Rossum"),
        ("by Gudio van Rossum's desk", "Guido van Rossum"),
        ("and **Stefan** van der Walt", "Stéfan van der Walt"),
        ("Ana\nLimma", None),
        ("Guido van Rossum", None),
        ("Guido van Rossum’s language", None),
        ("Guido van Rossums", None),
        ("`Guido van Rosum`", None),
        ("Barbara Liskow", "Barbara Liskov"),
        ("Barbara Lisk and Barbara Streisand", None),
        ("Barbara. Liskow", None),
        ("barbara liskow", None),
    ],
)
def test_names_of_people(find: Find, written: str, right: str | None) -> None:
    for name in (
        "Guido van Rossum",
        "Stéfan van der Walt",
        "Ana Lima",
        "Barbara Liskov",
        "Guido",
        "The Team",
    ):
        factories.person(name)
    found = find("name-spelling", f"Text.\n\nWith {written}.")
    assert [finding.message.split("“")[2].removesuffix("” in People.") for finding in found] == (
        [right] if right else []
    )
    assert all(finding.line == 3 and finding.level is Level.WARNING for finding in found)


def test_two_people_with_almost_one_name_are_both_right(find: Find) -> None:
    factories.person("Katherine Johnson")
    factories.person("Katharine Johnson")
    assert find("name-spelling", "Katherine Johnson met Katharine Johnson.") == []


def test_kinds_have_rules_of_their_own() -> None:
    articles: Publishable = Article()
    assert RULES["headline-long"].is_for(articles.kind)
    assert not RULES["headline-long"].is_for(StaticPage.kind)
    assert RULES["image-alt"].is_for(StaticPage.kind)
