"""The linter itself: what it says about a text as a whole, waivers, broken rules, and bounds."""

import logging
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from publishing.linter import (
    CHECK_FAILED,
    RULES,
    Checked,
    Finding,
    Level,
    Problem,
    blocking,
    lint,
    rule,
    waived,
)
from publishing.linter.running import MOST_OF_A_RULE
from publishing.models import Waiver
from tests import factories

pytestmark = pytest.mark.django_db

BAD = "TODO: begin\n\n![](https://x.example/a.png)\n\n# Big\n\n[here](/)\n\n[](/)"


@pytest.fixture
def _temporary_rules() -> Iterator[None]:
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def test_the_gravest_come_first_and_then_the_first() -> None:
    found = lint(Article(headline="H", body=BAD))
    places = [(list(Level).index(finding.level), finding.line or 0) for finding in found]
    assert {finding.level for finding in found} == set(Level)
    assert all(before <= after for before, after in pairwise(places))


def test_nothing_is_written_by_checking() -> None:
    article = factories.article(body=BAD)
    with CaptureQueriesContext(connection) as queries:
        lint(article)
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_a_fingerprint_outlives_other_changes_and_not_its_own() -> None:
    def print_of(body: str) -> str:
        [finding] = [each for each in lint(Article(headline="H", body=body)) if each.rule == "unfinished"]
        return finding.fingerprint

    first = print_of("TODO: begin")
    assert first == print_of("Another text.\n\nTODO: begin")
    assert first != print_of("TODO: end")
    assert len(first) == 64


def test_a_waiver_covers_one_problem_and_not_the_next() -> None:
    article = factories.article(body="TODO: begin", hero=factories.image(), section=factories.section())
    [error] = blocking(article)
    assert waived(article, [error]) == []
    Waiver.objects.create(
        item=article.item, rule=error.rule, fingerprint=error.fingerprint, reason="A quotation."
    )
    assert blocking(article) == []
    assert waived(article, lint(article)) == [error]
    article.body += "\n\nTODO: end"
    assert [finding.line for finding in blocking(article)] == [3]
    assert blocking(factories.article(body="TODO: begin")) == [error], "of another article it is still one"


def test_what_is_unsaved_can_be_checked_and_is_not_waived() -> None:
    article = Article(headline="H", body="TODO: begin")
    assert [finding.rule for finding in blocking(article)] == ["unfinished"]
    assert article.pk is None


def test_warnings_do_not_block() -> None:
    assert blocking(Article(headline="H", body="# Big\n\n[here](/)")) == []


@pytest.mark.usefixtures("_temporary_rules")
def test_a_broken_rule_is_logged_and_seen_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    @rule("broken", Level.ERROR, field="headline")
    def broken(text: Checked) -> Iterator[Problem]:
        yield Problem("The first.", "Mend it.")
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        found = lint(Article(headline="H", body=BAD))
    failed = [finding for finding in found if finding.rule == CHECK_FAILED]
    assert [(finding.field, finding.excerpt, finding.level) for finding in failed] == [
        ("headline", "broken", Level.WARNING)
    ]
    assert [finding.message for finding in found if finding.rule == "broken"] == ["The first."]
    assert {"unfinished", "image-alt"} <= {finding.rule for finding in found}
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.usefixtures("_temporary_rules")
def test_a_broken_database_is_no_broken_rule() -> None:
    @rule("without-database", Level.ERROR)
    def without(text: Checked) -> Iterator[Problem]:
        raise DatabaseError

    with pytest.raises(DatabaseError):
        lint(Article(headline="H", body=""))


@pytest.mark.usefixtures("_temporary_rules")
@pytest.mark.parametrize("taken", ["image-alt", CHECK_FAILED])
def test_two_rules_cannot_have_one_id(taken: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=taken):
        rule(taken, Level.INFO)(lambda text: iter(()))


def test_many_references_take_as_many_queries_as_few() -> None:
    def queries(count: int) -> int:
        images = [factories.image().reference for _ in range(count)]
        paths = [factories.article().get_absolute_url() for _ in range(count)]
        paths += [factories.topic().get_absolute_url() for _ in range(count)]
        paths += [f"/gone/{number}/" for number in range(count)]
        body = "\n\n".join([f"![A]({each})" for each in images] + [f"[words]({each})" for each in paths])
        with CaptureQueriesContext(connection) as captured:
            lint(Article(headline="H", body=body))
        return len(captured)

    assert queries(1) == queries(30)


N = 400_000
HOSTILE: dict[str, Callable[[], str]] = {
    "markers": lambda: ("TODO: TK XXX lorem ipsum dolor " * 100 + "\n\n") * (N // 3200),
    "links": lambda: "".join(f"[here](/articles/x{i}/) ![](asset:{i})\n\n" for i in range(9_000)),
    "headings": lambda: "".join(f"## h{i}\n\n" for i in range(20_000)),
    "python": lambda: ("```python\n" + "x = (\n" * 300 + "```\n") * (N // 1800),
    "parentheses": lambda: "```python\n" + "(" * 40_000 + "\n```\n",
    "prompts": lambda: "```console\n" + "a@b-. ~/" * 40_000 + "\n```\n",
    "comments": lambda: "<!-- " * (N // 5),
    "tags": lambda: "<p><a href=x><img src=/y.png>\n\n" * 3_000,
    "one paragraph": lambda: "word " * (N // 5),
    "brackets": lambda: "[" * N,
    "capitals": lambda: ("Guido Aaaa " * 2_000 + "\n\n") * 18,
    "naughty": lambda: (
        "\x00\ud800\u202e[a](http://[::1)\n![b](asset:99999999999999999999)\n[c](//\\x)\n[d](/%00/%ff)"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_checked_like_others(name: str) -> None:
    for number in range(3):
        factories.person(f"Guido van Rossum {'I' * number}")
    found = lint(Article(headline="H", body=HOSTILE[name]()))
    assert CHECK_FAILED not in {finding.rule for finding in found}
    assert len(found) <= len(RULES) * (MOST_OF_A_RULE + 1)


def test_findings_of_one_kind_are_counted_out() -> None:
    found = [
        each for each in lint(Article(headline="H", body="TODO: x\n\n" * 500)) if each.rule == "unfinished"
    ]
    assert len(found) == MOST_OF_A_RULE + 1
    more: Finding = found[0]
    assert (more.excerpt, more.line) == ("more", None)
