"""The command: for people, for programs, and its exit status."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from publishing import workflow
from publishing.linter import RULES, Checked, Level, Problem, blocking, rule
from publishing.models import Waiver
from tests import factories

pytestmark = pytest.mark.django_db

type Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit status and what was printed."""

    def run_it(*options: str) -> tuple[int, str]:
        status = 0
        try:
            call_command("lint_content", *options, no_color=True)
        except CommandError as error:
            status = error.returncode
        return status, capsys.readouterr().out

    return run_it


def parsed(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_nothing_to_check(run: Run) -> None:
    assert run() == (0, "0 checked: 0 errors, 0 warnings, 0 infos; 0 waived; 0 checks failed.\n")


def test_findings_are_grouped_by_item_with_their_lines_and_a_way_to_mend_them(run: Run) -> None:
    factories.article("The first", body="Text.\n\nTODO: the rest")
    factories.article("The second")
    status, output = run("--level", "error")
    assert status == 1
    assert output.splitlines()[:4] == [
        "article the-first: The first",
        "  error   body:3 [unfinished] “TODO” marks something unfinished.",
        "          TODO: the rest",
        "          -> Finish it, or take it out. If the text is about such a marker, write it as `code`.",
    ]
    assert "The second" not in output
    assert output.splitlines()[-1].startswith("2 checked: 1 errors, ")


def test_json_is_a_line_for_each_item_and_a_summary(run: Run) -> None:
    article = factories.article("The first", body="Text.\n\nTODO: the rest")
    status, output = run("--json")
    first, totals = parsed(output)
    assert status == 1
    assert {key: first[key] for key in ("kind", "slug", "title", "status")} == {
        "kind": "article",
        "slug": "the-first",
        "title": "The first",
        "status": "published",
    }
    [error] = blocking(article)
    assert first["findings"][0] == {
        "rule": "unfinished",
        "level": "error",
        "field": "body",
        "line": 3,
        "message": "“TODO” marks something unfinished.",
        "fix": error.fix,
        "excerpt": "TODO: the rest",
        "fingerprint": error.fingerprint,
        "waived": False,
    }
    assert totals == {
        "items": 1,
        "error": 1,
        "warning": len([each for each in first["findings"] if each["level"] == "warning"]),
        "info": len([each for each in first["findings"] if each["level"] == "info"]),
        "waived": 0,
        "failed_checks": 0,
    }


def test_a_waived_error_is_shown_and_does_not_fail(run: Run) -> None:
    article = factories.article(body="TODO: the rest")
    [error] = blocking(article)
    Waiver.objects.create(
        item=article.item, rule=error.rule, fingerprint=error.fingerprint, reason="So said."
    )
    status, output = run()
    assert status == 0
    assert "[unfinished] (waived)" in output
    assert "0 errors" in output
    assert "1 waived" in output


def test_only_some(run: Run) -> None:
    live, draft = factories.article("Live"), factories.article("Draft", published=False)
    factories.static_page("Page")
    away = workflow.unpublish(factories.article("Away"), by=None)
    type(away)._default_manager.filter(pk=away.pk).update(status="archived")

    def slugs(*options: str) -> list[str]:
        return [line["slug"] for line in parsed(run("--json", *options)[1])[:-1]]

    assert slugs() == ["live", "draft", "page"]
    assert slugs("--kind", "article") == ["live", "draft"]
    assert slugs("--kind", "page") == ["page"]
    assert slugs("--status", "draft") == ["draft"]
    assert slugs("--status", "published") == ["live", "page"]
    assert slugs("--status", "all") == ["live", "draft", "away", "page"]
    assert slugs(live.slug, "away") == ["live", "away"]
    assert slugs(draft.slug, "--status", "published") == []


def test_an_item_that_is_not_there(run: Run) -> None:
    status, _ = run("nowhere")
    assert status == 2


@pytest.fixture
def _temporary_rules() -> Iterator[None]:
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


@pytest.mark.usefixtures("_temporary_rules")
def test_a_check_that_failed_is_a_failure(run: Run) -> None:
    factories.article()

    @rule("broken", Level.INFO)
    def broken(text: Checked) -> Iterator[Problem]:
        raise ZeroDivisionError

    status, output = run()
    assert status == 1
    assert "The check “broken” failed" in output
    assert "1 checks failed" in output


def test_what_a_terminal_would_obey_is_not_printed(run: Run) -> None:
    factories.article("A \x1b[31mred\x07 headline", body="TODO: \u202e the rest")
    assert "\x1b" not in run()[1]


def test_more_items_are_not_held_in_memory_at_once(run: Run) -> None:
    factories.article()
    with CaptureQueriesContext(connection) as one:
        run("--kind", "article")
    assert any("DECLARE" in query["sql"] and "articles_article" in query["sql"] for query in one)
